import {
  Allow,
  connectionType,
  DateTimeScalar,
  EmailAddressScalar,
  Gender,
  IdentifierInput,
  LocalTimeScalar,
  PhoneNumberScalar,
  TimeZoneScalar,
} from '@caregraph/subgraph'
import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import type { TimeRange as Range } from './time-off.rules.js'
import { type DayOfWeek, daysOfWeek, type WorkingHoursFacts } from './weekly-hours.rules.js'

const DayOfWeekEnum = Object.fromEntries(daysOfWeek.map((day) => [day, day]))
registerEnumType(DayOfWeekEnum, { name: 'DayOfWeek' })

export enum Specialization {
  GENERAL_PRACTICE = 'GENERAL_PRACTICE',
  CARDIOLOGY = 'CARDIOLOGY',
  DERMATOLOGY = 'DERMATOLOGY',
  ENDOCRINOLOGY = 'ENDOCRINOLOGY',
  GASTROENTEROLOGY = 'GASTROENTEROLOGY',
  GYNECOLOGY = 'GYNECOLOGY',
  NEUROLOGY = 'NEUROLOGY',
  ONCOLOGY = 'ONCOLOGY',
  OPHTHALMOLOGY = 'OPHTHALMOLOGY',
  ORTHOPEDICS = 'ORTHOPEDICS',
  OTOLARYNGOLOGY = 'OTOLARYNGOLOGY',
  PEDIATRICS = 'PEDIATRICS',
  PSYCHIATRY = 'PSYCHIATRY',
  PULMONOLOGY = 'PULMONOLOGY',
  RADIOLOGY = 'RADIOLOGY',
  SURGERY = 'SURGERY',
  UROLOGY = 'UROLOGY',
  OTHER = 'OTHER',
}
registerEnumType(Specialization, { name: 'Specialization' })

@ObjectType({
  description:
    "Wall-clock hours in the doctor's time zone. A night shift ends on the next day: endsAt is then not after startsAt.",
  simpleResolvers: true,
})
@Directive('@shareable')
@Allow('as-parent')
export class WorkingHours implements WorkingHoursFacts {
  @Field(() => DayOfWeekEnum)
  declare day: DayOfWeek

  @Field(() => LocalTimeScalar)
  declare startsAt: string

  @Field(() => LocalTimeScalar, { description: 'The same as startsAt for 24 hours.' })
  declare endsAt: string
}

@ObjectType({ simpleResolvers: true })
@Directive('@shareable')
@Directive('@inaccessible')
@Allow('as-parent')
export class TimeRange implements Range {
  @Field(() => DateTimeScalar)
  declare startsAt: Date

  @Field(() => DateTimeScalar)
  declare endsAt: Date
}

@ObjectType({ description: 'Time off is what has not ended yet.', simpleResolvers: true })
@Directive('@shareable')
@Directive('@inaccessible')
@Allow('as-parent')
export class DoctorCalendar {
  @Field(() => Boolean)
  declare available: boolean

  @Field(() => TimeZoneScalar)
  declare timeZone: string

  @Field(() => [WorkingHours])
  declare weeklyHours: WorkingHours[]

  @Field(() => [TimeRange])
  declare timeOff: TimeRange[]
}

@ObjectType({ simpleResolvers: true })
@Allow('as-parent')
export class TimeOff implements Range {
  @Field(() => ID)
  declare id: string

  declare doctorId: string

  @Field(() => DateTimeScalar)
  declare startsAt: Date

  @Field(() => DateTimeScalar)
  declare endsAt: Date

  @Allow('time-off-reason:read', (timeOff: TimeOff) => timeOff.doctorId)
  @Field(() => String, { nullable: true, description: 'For the doctor himself and administrators.' })
  declare reason: string | null
}

@ObjectType({
  description: 'Somebody who treats patients. Anyone may read how to find and book him; the rest needs a sign-in.',
  simpleResolvers: true,
})
@Directive('@key(fields: "id")')
@Allow('doctor:read')
export class Doctor {
  @Allow('public')
  @Field(() => ID, { description: 'Also the id of the User, where this doctor can sign in.' })
  declare id: string

  @Allow('public')
  @Field(() => String)
  declare name: string

  @Allow('public')
  @Field(() => Specialization)
  declare specialization: string

  @Allow('public')
  @Field(() => String, { nullable: true })
  declare department: string | null

  @Allow('public')
  @Field(() => String, { nullable: true })
  declare hospitalName: string | null

  @Field(() => String, { description: 'Unique for good, without regard to case and white space.' })
  declare licenseNumber: string

  @Allow('public')
  @Field(() => Int)
  declare yearsOfExperience: number

  @Field(() => PhoneNumberScalar, { nullable: true })
  declare phone: string | null

  @Field(() => EmailAddressScalar, { nullable: true })
  declare email: string | null

  @Allow('public')
  @Field(() => Gender)
  declare gender: string

  @Allow('public')
  @Field(() => TimeZoneScalar, { description: 'The IANA zone in which weeklyHours are read.' })
  declare timeZone: string

  @Allow('public')
  @Field(() => [WorkingHours])
  declare weeklyHours: WorkingHours[]

  @Allow('public')
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the doctor left: he is in no list any more, and takes no new appointments.',
  })
  declare archivedAt: Date | null

  @Allow('public')
  @Field(() => Int, { description: 'One more with each change of facts, hours or time off.' })
  declare version: number
}

export const DoctorConnection = connectionType('Doctor', () => Doctor)

@InputType()
export class WorkingHoursInput implements WorkingHoursFacts {
  @Field(() => DayOfWeekEnum)
  declare day: DayOfWeek

  @Field(() => LocalTimeScalar)
  declare startsAt: string

  @Field(() => LocalTimeScalar)
  declare endsAt: string
}

@InputType()
export class AddDoctorInput {
  @Field(() => String, { description: '1 to 200 characters.' })
  declare name: string

  @Field(() => Specialization)
  declare specialization: Specialization

  @Field(() => String, { nullable: true })
  declare department?: string | null

  @Field(() => String, { nullable: true })
  declare hospitalName?: string | null

  @Field(() => String, { description: '1 to 100 characters.' })
  declare licenseNumber: string

  @Field(() => Int, { nullable: true, defaultValue: 0, description: '0 to 80.' })
  declare yearsOfExperience?: number | null

  @Field(() => PhoneNumberScalar, { nullable: true })
  declare phone?: string | null

  @Field(() => EmailAddressScalar, { nullable: true })
  declare email?: string | null

  @Field(() => Gender, { nullable: true, defaultValue: Gender.UNKNOWN })
  declare gender?: Gender | null

  @Field(() => Boolean, { nullable: true, defaultValue: true })
  declare available?: boolean | null

  @Field(() => TimeZoneScalar)
  declare timeZone: string

  @Field(() => [WorkingHoursInput], { nullable: true, defaultValue: [], description: 'At most 50.' })
  declare weeklyHours?: WorkingHoursInput[] | null

  @Field(() => [IdentifierInput], { nullable: true })
  declare identifiers?: IdentifierInput[] | null

  @Field(() => String, { nullable: true })
  declare idempotencyKey?: string | null
}

@InputType({
  description: 'Fields that are left out keep their value; null clears an optional one, or puts back its default.',
})
export class UpdateDoctorInput {
  @Field(() => ID)
  declare id: string

  @Field(() => Int, { nullable: true })
  declare expectedVersion?: number | null

  @Field(() => String, { nullable: true })
  declare name?: string | null

  @Field(() => Specialization, { nullable: true })
  declare specialization?: Specialization | null

  @Field(() => String, { nullable: true })
  declare department?: string | null

  @Field(() => String, { nullable: true })
  declare hospitalName?: string | null

  @Field(() => String, { nullable: true })
  declare licenseNumber?: string | null

  @Field(() => Int, { nullable: true })
  declare yearsOfExperience?: number | null

  @Field(() => PhoneNumberScalar, { nullable: true })
  declare phone?: string | null

  @Field(() => EmailAddressScalar, { nullable: true })
  declare email?: string | null

  @Field(() => Gender, { nullable: true })
  declare gender?: Gender | null

  @Field(() => Boolean, { nullable: true })
  declare available?: boolean | null

  @Field(() => TimeZoneScalar, { nullable: true })
  declare timeZone?: string | null

  @Field(() => [IdentifierInput], { nullable: true })
  declare identifiers?: IdentifierInput[] | null
}

@InputType()
export class AddTimeOffInput {
  @Field(() => ID)
  declare doctorId: string

  @Field(() => DateTimeScalar)
  declare startsAt: Date

  @Field(() => DateTimeScalar, { description: 'After startsAt, at most 366 days.' })
  declare endsAt: Date

  @Field(() => String, { nullable: true, description: 'At most 500 characters.' })
  declare reason?: string | null
}
