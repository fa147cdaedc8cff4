import { type Owner, permit } from '@caregraph/access'
import type { Batch, Context } from '@caregraph/subgraph'
import { daysOf, hoursOfWeek, statisticsOf } from './statistics.rules.js'
import type { ClinicStatistics, Statistics } from './statistics.type.js'
import type { DayRange, DoctorRange, StatisticsStore } from './statistics-store.js'

export interface Services {
  readonly statistics: StatisticsStore
}

/** Nobody's own: whoever reaches only his own figures does not reach the clinic's. */
export const clinicItself: Owner = {}

/** Everything that the clinic's days, doctors and service types come to. Refuses a range as `daysOf` does. */
export async function readClinicStatistics(context: Context<Services>, range: DayRange): Promise<ClinicStatistics> {
  permit(context.actor, 'statistics:read', clinicItself)
  const days = daysOf(range)
  const { asOf, byDay, byDoctor, byServiceType, byHourOfWeek } = await context.services.statistics.sumsOfClinic(range)
  return {
    ...range,
    asOf,
    totals: statisticsOf([...byDay.values()].flat()),
    byDay: days.map((date) => ({ date, statistics: statisticsOf(byDay.get(date) ?? []) })),
    byDoctor: [...byDoctor].map(([id, sums]) => ({ doctor: { id }, statistics: statisticsOf(sums) })),
    byServiceType: [...byServiceType].map(([code, sums]) => ({
      serviceType: { code },
      statistics: statisticsOf(sums),
    })),
    busiestHours: hoursOfWeek(byHourOfWeek),
  }
}

/** The figures of many doctors in one query. */
export const loadDoctorStatistics: Batch<DoctorRange, Statistics, Services> = async (asked, { services }) => {
  const sums = await services.statistics.sumsOfDoctors(asked)
  return new Map(asked.map((range, index) => [range, statisticsOf(sums[index] ?? [])]))
}
