import { badInput } from '@caregraph/refusals'
import { Money } from '@caregraph/subgraph'
import type { HourlyCount, Statistics } from './statistics.type.js'
import type { DayRange, Figure, Sum } from './statistics-store.js'

const mostDays = 366
const dayMilliseconds = 86_400_000

/** Every day of the range, in order. Refuses one that ends before it begins, and one of more than 366 days. */
export function daysOf({ from, to }: DayRange): string[] {
  const first = Date.parse(from)
  const count = (Date.parse(to) - first) / dayMilliseconds + 1
  if (count < 1) throw badInput('to', 'This is before the first day.')
  if (count > mostDays) throw badInput('to', `A range has at most ${mostDays} days.`)
  return Array.from({ length: count }, (_, index) =>
    new Date(first + index * dayMilliseconds).toISOString().slice(0, 10),
  )
}

export function statisticsOf(sums: readonly Sum[]): Statistics {
  const appointmentsCompleted = countOf(sums, 'appointmentsCompleted')
  const noShows = countOf(sums, 'noShows')
  const expected = appointmentsCompleted + noShows
  return {
    patientsRegistered: countOf(sums, 'patientsRegistered'),
    appointmentsBooked: countOf(sums, 'appointmentsBooked'),
    appointmentsCompleted,
    appointmentsCancelled: countOf(sums, 'appointmentsCancelled'),
    noShows,
    noShowRate: expected === 0 ? null : noShows / expected,
    invoiced: moneyOf(sums, 'invoiced'),
    collected: moneyOf(sums, 'collected'),
  }
}

function countOf(sums: readonly Sum[], counted: Figure): number {
  return sums.reduce((count, { figure, amount }) => (figure === counted ? count + amount : count), 0)
}

/** One amount for each currency, in the order of their codes. */
function moneyOf(sums: readonly Sum[], counted: Figure): Money[] {
  const minorUnits = new Map<string, number>()
  for (const { figure, currency, amount } of sums) {
    if (figure === counted && currency !== null) minorUnits.set(currency, (minorUnits.get(currency) ?? 0) + amount)
  }
  return [...minorUnits].sort().map(([currency, amount]) => new Money({ minorUnits: amount, currency }))
}

/** All 168 hours of a week, from Monday's first to Sunday's last. */
export function hoursOfWeek(sums: ReadonlyMap<number, readonly Sum[]>): HourlyCount[] {
  return Array.from({ length: 7 * 24 }, (_, hourOfWeek) => ({
    weekday: Math.floor(hourOfWeek / 24) + 1,
    hour: hourOfWeek % 24,
    count: sums.get(hourOfWeek)?.[0]?.amount ?? 0,
  }))
}
