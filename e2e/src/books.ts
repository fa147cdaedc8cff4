import { expect } from 'vitest'
import { allNodes, type Client } from './client.js'
import { until } from './until.js'

export interface Visit {
  readonly id: string
  readonly status: string
  readonly startsAt: string
  readonly endsAt: string
  readonly doctor: { readonly id: string }
  readonly patient: { readonly id: string }
}

export function visitsOf(reader: Client, filter?: { readonly doctorId: string }): Promise<Visit[]> {
  return allNodes(
    reader,
    `query ($filter: AppointmentFilter, $after: String) {
      appointments(filter: $filter, first: 100, after: $after) {
        edges { node { id status startsAt endsAt doctor { id } patient { id } } }
        pageInfo { hasNextPage endCursor }
      }
    }`,
    { filter },
  )
}

/** The ids of the visits that have an invoice, one for each invoice. */
export async function invoicedVisits(reader: Client): Promise<string[]> {
  const invoices = await allNodes<{ appointment: { id: string } }>(
    reader,
    'query ($after: String) { invoices(first: 100, after: $after) { edges { node { appointment { id } } } pageInfo { hasNextPage endCursor } } }',
  )
  return invoices.map(({ appointment }) => appointment.id)
}

/** How many bookings the figures have counted, yesterday, today and tomorrow. */
export async function appointmentsBooked(reader: Client): Promise<number> {
  const day = (daysAhead: number) => new Date(Date.now() + daysAhead * 86_400_000).toISOString().slice(0, 10)
  const { clinicStatistics } = await reader.get<{ clinicStatistics: { totals: { appointmentsBooked: number } } }>(
    'query ($from: Date!, $to: Date!) { clinicStatistics(from: $from, to: $to) { totals { appointmentsBooked } } }',
    { from: day(-1), to: day(1) },
  )
  return clinicStatistics.totals.appointmentsBooked
}

/** The pairs that lie in each other's way: of all of one person, each with its next in time. */
export function overlapsBy(visits: readonly Visit[], personOf: (visit: Visit) => string): [Visit, Visit][] {
  const sorted = visits.toSorted((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt))
  return sorted.flatMap((visit, index) =>
    sorted
      .slice(index + 1)
      .filter((later) => personOf(later) === personOf(visit) && Date.parse(later.startsAt) < Date.parse(visit.endsAt))
      .map((later): [Visit, Visit] => [visit, later]),
  )
}

/**
 * Every booking that was acknowledged is there, and no other; nobody is at two visits at once; each has one invoice
 * and is counted once. Effects that are still under way are waited for.
 */
export async function expectWholeBooks(reader: Client, acknowledged: readonly string[], within: number): Promise<void> {
  const known = acknowledged.toSorted()
  const visits = await visitsOf(reader)
  expect(visits.map(({ id }) => id).sort()).toEqual(known)
  expect(overlapsBy(visits, ({ doctor }) => doctor.id)).toEqual([])
  expect(overlapsBy(visits, ({ patient }) => patient.id)).toEqual([])
  await until('the last figure', async () => (await appointmentsBooked(reader)) >= known.length, within)
  await until('the last invoice', async () => (await invoicedVisits(reader)).length >= known.length, within)
  expect((await invoicedVisits(reader)).sort()).toEqual(known)
  expect(await appointmentsBooked(reader)).toBe(known.length)
}
