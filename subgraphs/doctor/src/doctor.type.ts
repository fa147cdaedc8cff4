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
registerEnumType(DayOfWeekEnum, { name: 'DayOfWeek', description: 'ISO 8601: the week begins with Monday.' })

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
registerEnumType(Specialization, { name: 'Specialization', description: 'What a doctor treats.' })

@ObjectType({
  description:
    "Wall-clock hours in the doctor's time zone. A night shift ends on the next day: endsAt is then not after startsAt.",
  simpleResolvers: true,
})
@Directive('@shareable')
@Allow('as-parent')
export class WorkingHours implements WorkingHoursFacts {
  @Field(() => DayOfWeekEnum, { description: "Of the doctor's own zone." })
  declare day: DayOfWeek

  @Field(() => LocalTimeScalar, { description: 'Inclusive, by the clock on the wall.' })
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

@ObjectType({ simpleResolvers: true, description: 'A time in which the doctor cannot be booked.' })
@Allow('as-parent')
export class TimeOff implements Range {
  @Field(() => ID, { description: 'What removeTimeOff takes.' })
  declare id: string

  declare doctorId: string

  @Field(() => DateTimeScalar, { description: 'Inclusive.' })
  declare startsAt: Date

  @Field(() => DateTimeScalar, { description: 'Exclusive.' })
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
  @Field(() => String, { description: 'As patients are to read it.' })
  declare name: string

  @Allow('public')
  @Field(() => Specialization, { description: 'What the doctor treats.' })
  declare specialization: string

  @Allow('public')
  @Field(() => String, { nullable: true, description: 'Where in the clinic the doctor works.' })
  declare department: string | null

  @Allow('public')
  @Field(() => String, { nullable: true, description: 'The hospital behind the practice, if there is one.' })
  declare hospitalName: string | null

  @Field(() => String, { description: 'Unique for good, without regard to case and white space.' })
  declare licenseNumber: string

  @Allow('public')
  @Field(() => Int, { description: 'Whole years, as they were given.' })
  declare yearsOfExperience: number

  @Field(() => PhoneNumberScalar, {
    nullable: true,
    description: 'E.164. For who may read contact data; for others null with FORBIDDEN.',
  })
  declare phone: string | null

  @Field(() => EmailAddressScalar, {
    nullable: true,
    description: 'For who may read contact data; for others null with FORBIDDEN.',
  })
  declare email: string | null

  @Allow('public')
  @Field(() => Gender, { description: "FHIR's administrative gender." })
  declare gender: string

  @Allow('public')
  @Field(() => TimeZoneScalar, { description: 'The IANA zone in which weeklyHours are read.' })
  declare timeZone: string

  @Allow('public')
  @Field(() => [WorkingHours], { description: "When the doctor works, by the day of the week and the doctor's zone." })
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

@InputType({ description: 'One stretch of a week in which visits can be booked.' })
export class WorkingHoursInput implements WorkingHoursFacts {
  @Field(() => DayOfWeekEnum, { description: "Of the doctor's own zone." })
  declare day: DayOfWeek

  @Field(() => LocalTimeScalar, { description: 'Inclusive, by the clock on the wall.' })
  declare startsAt: string

  @Field(() => LocalTimeScalar, {
    description: 'Exclusive; at or before startsAt it is on the next day, and the same time is 24 hours.',
  })
  declare endsAt: string
}

@InputType({ description: 'Who works here from now on.' })
export class AddDoctorInput {
  @Field(() => String, { description: '1 to 200 characters.' })
  declare name: string

  @Field(() => Specialization, { description: 'What the doctor treats.' })
  declare specialization: Specialization

  @Field(() => String, { nullable: true, description: 'At most 200 characters.' })
  declare department?: string | null

  @Field(() => String, { nullable: true, description: 'At most 200 characters.' })
  declare hospitalName?: string | null

  @Field(() => String, { description: '1 to 100 characters.' })
  declare licenseNumber: string

  @Field(() => Int, { nullable: true, defaultValue: 0, description: '0 to 80.' })
  declare yearsOfExperience?: number | null

  @Field(() => PhoneNumberScalar, {
    nullable: true,
    description: "Any usual form, read by the rules of the clinic's country.",
  })
  declare phone?: string | null

  @Field(() => EmailAddressScalar, { nullable: true, description: 'Where the clinic reaches the doctor.' })
  declare email?: string | null

  @Field(() => Gender, { nullable: true, defaultValue: Gender.UNKNOWN, description: 'May be left out.' })
  declare gender?: Gender | null

  @Field(() => Boolean, { nullable: true, defaultValue: true, description: 'Whether visits can be booked.' })
  declare available?: boolean | null

  @Field(() => TimeZoneScalar, { description: 'Of the weekly hours.' })
  declare timeZone: string

  @Field(() => [WorkingHoursInput], { nullable: true, defaultValue: [], description: 'At most 50.' })
  declare weeklyHours?: WorkingHoursInput[] | null

  @Field(() => [IdentifierInput], { nullable: true, description: 'Numbers by which other systems know the doctor.' })
  declare identifiers?: IdentifierInput[] | null

  @Field(() => String, {
    nullable: true,
    description: 'The same key from the same caller gives the first result for 24 hours.',
  })
  declare idempotencyKey?: string | null
}

@InputType({
  description: 'Fields that are left out keep their value; null clears an optional one, or puts back its default.',
})
export class UpdateDoctorInput {
  @Field(() => ID, { description: 'Of the doctor.' })
  declare id: string

  @Field(() => Int, { nullable: true, description: 'If it is not the current one: VERSION_CONFLICT.' })
  declare expectedVersion?: number | null

  @Field(() => String, { nullable: true, description: '1 to 200 characters; cannot be cleared.' })
  declare name?: string | null

  @Field(() => Specialization, { nullable: true, description: 'Cannot be cleared.' })
  declare specialization?: Specialization | null

  @Field(() => String, { nullable: true, description: 'At most 200 characters; null clears it.' })
  declare department?: string | null

  @Field(() => String, { nullable: true, description: 'At most 200 characters; null clears it.' })
  declare hospitalName?: string | null

  @Field(() => String, {
    nullable: true,
    description: '1 to 100 characters, not of another doctor; cannot be cleared.',
  })
  declare licenseNumber?: string | null

  @Field(() => Int, { nullable: true, description: '0 to 80; null is 0.' })
  declare yearsOfExperience?: number | null

  @Field(() => PhoneNumberScalar, { nullable: true, description: 'Any usual form; null clears it.' })
  declare phone?: string | null

  @Field(() => EmailAddressScalar, { nullable: true, description: 'Null clears it.' })
  declare email?: string | null

  @Field(() => Gender, { nullable: true, description: 'Null is UNKNOWN.' })
  declare gender?: Gender | null

  @Field(() => Boolean, {
    nullable: true,
    description: 'False lets nobody book, and booked visits stay; null is true.',
  })
  declare available?: boolean | null

  @Field(() => TimeZoneScalar, {
    nullable: true,
    description: 'The weekly hours keep their times on the wall; cannot be cleared.',
  })
  declare timeZone?: string | null

  @Field(() => [IdentifierInput], { nullable: true, description: 'All of them: what is not in the list is gone.' })
  declare identifiers?: IdentifierInput[] | null
}

@InputType({ description: 'When the doctor is not there.' })
export class AddTimeOffInput {
  @Field(() => ID, { description: 'Whose time it is.' })
  declare doctorId: string

  @Field(() => DateTimeScalar, { description: 'Inclusive.' })
  declare startsAt: Date

  @Field(() => DateTimeScalar, { description: 'After startsAt, at most 366 days.' })
  declare endsAt: Date

  @Field(() => String, { nullable: true, description: 'At most 500 characters.' })
  declare reason?: string | null
}
