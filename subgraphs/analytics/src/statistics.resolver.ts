import { Allow, type Context, DateScalar, requiredId } from '@caregraph/subgraph'
import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql'
import { clinicItself, loadDoctorStatistics, readClinicStatistics, type Services } from './read-statistics.js'
import { daysOf } from './statistics.rules.js'
import { ClinicStatistics, Doctor, Statistics } from './statistics.type.js'

@Resolver(() => Doctor)
export class StatisticsResolver {
  @Allow('statistics:read', () => clinicItself)
  @Query(() => ClinicStatistics, {
    description: "Both days included, in the clinic's time zone (CLINIC_TIME_ZONE); at most 366 of them.",
  })
  clinicStatistics(
    @Ctx() context: Context<Services>,
    @Arg('from', () => DateScalar) from: string,
    @Arg('to', () => DateScalar) to: string,
  ) {
    return readClinicStatistics(context, { from, to })
  }

  @Allow('statistics:read', (doctor: Doctor) => ({ DOCTOR: doctor.id }))
  @FieldResolver(() => Statistics, {
    nullable: true,
    description: 'Of the visits and invoices of this doctor; the days are as for clinicStatistics.',
  })
  statistics(
    @Ctx() context: Context<Services>,
    @Root() doctor: Doctor,
    @Arg('from', () => DateScalar) from: string,
    @Arg('to', () => DateScalar) to: string,
  ) {
    daysOf({ from, to })
    return context.load(loadDoctorStatistics, { doctorId: requiredId(doctor.id, 'id'), from, to })
  }
}
