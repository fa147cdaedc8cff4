import { Allow, DateScalar, DateTimeScalar, Money } from '@caregraph/subgraph'
import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql'

@ObjectType({ simpleResolvers: true })
@Directive('@key(fields: "id")')
@Allow('public')
export class Doctor {
  @Field(() => ID)
  declare id: string
}

@ObjectType({ simpleResolvers: true })
@Directive('@key(fields: "code", resolvable: false)')
@Allow('public')
export class ServiceType {
  @Field(() => ID, { description: 'Short and fixed, such as CONSULTATION.' })
  declare code: string
}

@ObjectType({ simpleResolvers: true, description: 'Each figure counts on the day on which its event happened.' })
@Allow('as-parent')
export class Statistics {
  @Field(() => Int, { description: 'Of the clinic and its days: 0 for a doctor and for a service type.' })
  declare patientsRegistered: number

  @Field(() => Int, { description: 'Visits that became PENDING or CONFIRMED. A hold is none.' })
  declare appointmentsBooked: number

  @Field(() => Int, { description: 'Visits that took place.' })
  declare appointmentsCompleted: number

  @Field(() => Int, { description: 'Visits that were cancelled, by whomever.' })
  declare appointmentsCancelled: number

  @Field(() => Int, { description: 'Confirmed visits to which nobody came.' })
  declare noShows: number

  @Field(() => Float, { nullable: true, description: 'noShows / (completed + noShows); null where both are 0.' })
  declare noShowRate: number | null

  @Field(() => [Money], { description: 'Net of voids and credits: one amount for each currency.' })
  declare invoiced: Money[]

  @Field(() => [Money], { description: 'Net of refunds: one amount for each currency.' })
  declare collected: Money[]
}

@ObjectType({ simpleResolvers: true, description: 'What happened on one day of the clinic.' })
@Allow('as-parent')
export class DailyStatistics {
  @Field(() => DateScalar, { description: "The day, in the clinic's zone." })
  declare date: string

  @Field(() => Statistics, { description: 'Its figures.' })
  declare statistics: Statistics
}

@ObjectType({ simpleResolvers: true, description: 'What happened with one doctor.' })
@Allow('as-parent')
export class DoctorStatistics {
  @Field(() => Doctor, { nullable: true, description: 'Null while the doctor subgraph does not answer.' })
  declare doctor: Doctor

  @Field(() => Statistics, { description: "The doctor's figures." })
  declare statistics: Statistics
}

@ObjectType({ simpleResolvers: true, description: 'What happened with one type of visit.' })
@Allow('as-parent')
export class ServiceTypeStatistics {
  @Field(() => ServiceType, { nullable: true, description: 'Null while the appointment subgraph does not answer.' })
  declare serviceType: ServiceType

  @Field(() => Statistics, { description: 'Its figures.' })
  declare statistics: Statistics
}

@ObjectType({ simpleResolvers: true, description: 'How many visits begin in one hour of the day.' })
@Allow('as-parent')
export class HourlyCount {
  @Field(() => Int, { description: '1 is Monday, 7 is Sunday (ISO 8601).' })
  declare weekday: number

  @Field(() => Int, { description: "0 to 23, on the clinic's clock." })
  declare hour: number

  @Field(() => Int, { description: 'Visits in the whole period.' })
  declare count: number
}

@ObjectType({
  simpleResolvers: true,
  description: 'Built from events alone. asOf is the time of the newest event that these figures contain.',
})
@Allow('as-parent')
export class ClinicStatistics {
  @Field(() => DateScalar, { description: 'The first day.' })
  declare from: string

  @Field(() => DateScalar, { description: 'The last day, which counts too.' })
  declare to: string

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Up to when events are counted: what happened later is not in these figures yet.',
  })
  declare asOf: Date | null

  @Field(() => Statistics, { description: 'All days together.' })
  declare totals: Statistics

  @Field(() => [DailyStatistics], { description: 'Every day of the range, also the empty ones.' })
  declare byDay: DailyStatistics[]

  @Field(() => [DoctorStatistics], { description: 'The doctors who have a figure in the range.' })
  declare byDoctor: DoctorStatistics[]

  @Field(() => [ServiceTypeStatistics], { description: 'The service types that have a figure in the range.' })
  declare byServiceType: ServiceTypeStatistics[]

  @Field(() => [HourlyCount], {
    description:
      '24 x 7 counts of booked appointments by local hour and weekday of their start. Their sum is totals.appointmentsBooked.',
  })
  declare busiestHours: HourlyCount[]
}
