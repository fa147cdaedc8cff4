import { Allow, DateTimeScalar, LocalTimeScalar, PageArgs, TimeZoneScalar } from '@caregraph/subgraph'
import { ArgsType, Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql'
import { AppointmentStatus } from './appointment.rules.js'
import type { DoctorCalendar as Calendar, DayOfWeek } from './calendar.rules.js'

const DayOfWeekEnum = {
  MONDAY: 'MONDAY',
  TUESDAY: 'TUESDAY',
  WEDNESDAY: 'WEDNESDAY',
  THURSDAY: 'THURSDAY',
  FRIDAY: 'FRIDAY',
  SATURDAY: 'SATURDAY',
  SUNDAY: 'SUNDAY',
} as const satisfies Record<DayOfWeek, DayOfWeek>
registerEnumType(DayOfWeekEnum, { name: 'DayOfWeek', description: 'ISO 8601: the week begins with Monday.' })

@ObjectType({ simpleResolvers: true })
@Directive('@shareable')
@Allow('as-parent')
export class WorkingHours {
  @Field(() => DayOfWeekEnum, { description: "Of the doctor's own zone." })
  declare day: DayOfWeek

  @Field(() => LocalTimeScalar, { description: 'Inclusive, by the clock on the wall.' })
  declare startsAt: string

  @Field(() => LocalTimeScalar)
  declare endsAt: string
}

@ObjectType({ simpleResolvers: true })
@Directive('@shareable')
@Directive('@inaccessible')
@Allow('as-parent')
export class TimeRange {
  @Field(() => DateTimeScalar)
  declare startsAt: string

  @Field(() => DateTimeScalar)
  declare endsAt: string
}

@ObjectType({ simpleResolvers: true })
@Directive('@shareable')
@Directive('@inaccessible')
@Allow('as-parent')
export class DoctorCalendar implements Calendar {
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
@Directive('@key(fields: "id")')
@Allow('public')
export class Patient {
  @Field(() => ID)
  declare id: string
}

@ObjectType({ simpleResolvers: true })
@Directive('@key(fields: "id")')
@Allow('public')
export class Doctor {
  @Field(() => ID)
  declare id: string

  @Field(() => DoctorCalendar)
  @Directive('@external')
  declare calendar: DoctorCalendar
}

@ObjectType({ simpleResolvers: true, description: 'A time that can be booked.' })
@Allow('as-parent')
export class Slot {
  @Field(() => DateTimeScalar, { description: 'Inclusive.' })
  declare startsAt: Date

  @Field(() => DateTimeScalar, { description: 'Exclusive.' })
  declare endsAt: Date
}

@ArgsType()
export class AppointmentListArgs extends PageArgs {
  @Field(() => [AppointmentStatus], { nullable: true })
  declare status?: AppointmentStatus[] | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Visits that start then or later.' })
  declare from?: Date | null

  @Field(() => DateTimeScalar, { nullable: true, description: 'Visits that start before it.' })
  declare to?: Date | null
}

@ArgsType()
export class OpenSlotsArgs {
  @Field(() => ID)
  declare serviceType: string

  @Field(() => DateTimeScalar)
  declare from: Date

  @Field(() => DateTimeScalar)
  declare to: Date
}
