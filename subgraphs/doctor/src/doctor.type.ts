import {
  Allow,
  connectionType,
  DateTimeScalar,
  EmailAddressScalar,
  Gender,
  LocalTimeScalar,
  PhoneNumberScalar,
  TimeZoneScalar,
} from '@caregraph/subgraph'
import { Directive, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import type { TimeRange as Range } from './time-off.rules.js'
import { type DayOfWeek, daysOfWeek, type WorkingHoursFacts } from './weekly-hours.rules.js'

export const DayOfWeekEnum = Object.fromEntries(daysOfWeek.map((day) => [day, day]))
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
