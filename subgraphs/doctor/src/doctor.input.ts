import {
  DateTimeScalar,
  EmailAddressScalar,
  Gender,
  IdentifierInput,
  LocalTimeScalar,
  PhoneNumberScalar,
  TimeZoneScalar,
} from '@caregraph/subgraph'
import { Field, ID, InputType, Int } from 'type-graphql'
import { DayOfWeekEnum, Specialization } from './doctor.type.js'
import type { DayOfWeek, WorkingHoursFacts } from './weekly-hours.rules.js'

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
