import { randomUUID } from 'node:crypto'
import { type AnyEvent, topicOf } from '@caregraph/events'
import { dayIn } from '@caregraph/subgraph'
import { anActor, type SubgraphUnderTest, startSubgraph, testClinic } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CountedEvent } from './changes-of-event.js'
import { analytics } from './index.js'
import { anEvent, anInvoice, aVisit, booking, randomEvent, randomFrom, shuffled, usd } from './random-events.js'
import type { ClinicStatistics, Statistics } from './statistics.type.js'

const timeZone = 'America/New_York'
let clinic: SubgraphUnderTest
beforeAll(async () => {
  clinic = await startSubgraph(analytics, { clinic: { ...testClinic, timeZone } })
})
afterAll(() => clinic.stop())

const deliver = (events: readonly AnyEvent[]) =>
  Promise.all(events.map((event) => clinic.bus.publish(topicOf(event.type), [event])))

async function statisticsOf(from: string, to: string): Promise<Omit<ClinicStatistics, 'asOf'> & { asOf: string }> {
  const figures = `{
    patientsRegistered appointmentsBooked appointmentsCompleted appointmentsCancelled noShows
    invoiced { minorUnits currency } collected { minorUnits currency }
  }`
  const { data } = await clinic.ask(
    `query ($from: Date!, $to: Date!) {
      clinicStatistics(from: $from, to: $to) {
        asOf totals ${figures} byDay { date statistics ${figures} } byDoctor { doctor { id } statistics ${figures} }
        byServiceType { serviceType { code } statistics ${figures} } busiestHours { weekday hour count }
      }
    }`,
    { from, to },
    anActor(),
  )
  return data?.['clinicStatistics'] ?? expect.fail('no statistics')
}

describe('the figures', () => {
  it('count on the clinic’s day on which an event happened', async () => {
    const visit = aVisit({ startsAt: '2025-03-09T06:30:00Z' })
    const [beforeMidnight, atMidnight] = ['2025-03-02T04:59:59.999Z', '2025-03-02T05:00:00.000Z']
    const moved = { ...visit, previousStatus: 'PENDING', changedAt: atMidnight }
    await deliver([
      anEvent('AppointmentBooked', { ...visit, ...booking, bookedAt: beforeMidnight }),
      anEvent('AppointmentStatusChanged', { ...moved, status: 'CONFIRMED' }),
      anEvent('AppointmentStatusChanged', { ...moved, status: 'CANCELLED' }),
    ])
    const { byDay, byDoctor, busiestHours } = await statisticsOf('2025-03-01', '2025-03-03')
    const days = byDay.map(({ date, statistics: on }) => [date, on.appointmentsBooked, on.appointmentsCancelled])
    expect(days).toEqual([
      ['2025-03-01', 1, 0],
      ['2025-03-02', 0, 1],
      ['2025-03-03', 0, 0],
    ])
    expect(byDoctor.map(({ doctor }) => doctor.id)).toEqual([visit.doctorId])
    expect(busiestHours.filter(({ count }) => count > 0)).toEqual([{ weekday: 7, hour: 1, count: 1 }])
  })

  it('leave a voided draft alone, and give back what a voided invoice had added', async () => {
    const invoice = { ...anInvoice({ doctorId: null, serviceType: null }), total: usd(900) }
    await deliver([
      anEvent('InvoiceIssued', { ...invoice, issuedAt: '2025-05-01T12:00:00Z' }),
      anEvent('InvoiceVoided', { ...invoice, wasIssued: false, voidedAt: '2025-05-02T12:00:00Z' }),
      anEvent('InvoiceVoided', { ...invoice, wasIssued: true, voidedAt: '2025-05-03T12:00:00Z' }),
    ])
    const { byDay, byDoctor, byServiceType, totals } = await statisticsOf('2025-05-01', '2025-05-03')
    expect(byDay.map(({ statistics }) => statistics.invoiced)).toEqual([[usd(900)], [], [usd(-900)]])
    expect(totals.invoiced).toEqual([usd(0)])
    expect([byDoctor, byServiceType]).toEqual([[], []])
  })

  it('contain each event once, though each comes five times, in any order and many at once', async () => {
    const random = randomFrom(20_260_301)
    const events = Array.from({ length: 400 }, () => randomEvent(random))
    await deliver(shuffled(random, Array.from({ length: 5 }, () => events).flat()))

    const answer = await statisticsOf('2026-01-01', '2026-12-31')
    expect(flattened(answer)).toEqual(oracle(events))
    expect([answer.byDay.length, answer.busiestHours.length]).toEqual([365, 168])
    const times = events.filter((event) => entryOf(event) !== undefined).map(({ time }) => time)
    expect(answer.asOf).toBe(times.sort().at(-1))
  })

  it('are kept with nothing by which a patient could be known', async () => {
    const patientId = randomUUID()
    const invoice = { ...anInvoice(), patientId }
    await deliver([
      anEvent('PatientRegistered', { patientId, registeredOn: '2025-06-01' }),
      anEvent('AppointmentBooked', { ...aVisit(), patientId, ...booking, bookedAt: '2025-06-01T12:00:00Z' }),
      anEvent('InvoiceIssued', { ...invoice, total: usd(1), issuedAt: '2025-06-01T12:00:00Z' }),
    ])
    const rows = await clinic.database.query(
      'SELECT to_jsonb(figures) AS row FROM figures UNION ALL SELECT to_jsonb(inbox) FROM inbox',
    )
    expect(JSON.stringify(rows)).toContain(invoice.doctorId)
    expect(JSON.stringify(rows)).not.toContain(patientId)
  })
})

/** What an event comes to in the plainest reading of the contract: which figure, when, how much. */
function entryOf({ type, data }: CountedEvent): [figure: string, at: string, amount: number] | undefined {
  if (type === 'PatientRegistered') return ['patientsRegistered', `${data.registeredOn}T12:00-05:00`, 1]
  if (type === 'AppointmentBooked') return ['appointmentsBooked', data.bookedAt, 1]
  if (type === 'InvoiceIssued') return [`invoiced ${data.total.currency}`, data.issuedAt, data.total.minorUnits]
  if (type === 'PaymentRecorded') return [`collected ${data.amount.currency}`, data.receivedAt, data.amount.minorUnits]
  if (type === 'PaymentRefunded') return [`collected ${data.amount.currency}`, data.refundedAt, -data.amount.minorUnits]
  if (type === 'InvoiceVoided') {
    return data.wasIssued ? [`invoiced ${data.total.currency}`, data.voidedAt, -data.total.minorUnits] : undefined
  }
  if (data.status === 'COMPLETED') return ['appointmentsCompleted', data.changedAt, 1]
  if (data.status === 'CANCELLED') return ['appointmentsCancelled', data.changedAt, 1]
  return data.status === 'NO_SHOW' ? ['noShows', data.changedAt, 1] : undefined
}

function oracle(events: readonly CountedEvent[]): Record<string, number> {
  const sums = new Sums()
  for (const event of events) {
    const [figure, at, amount] = entryOf(event) ?? ['', event.time, 0]
    const attributed = 'doctorId' in event.data ? [event.data.doctorId, event.data.serviceType] : []
    const groups = ['totals', dayIn(timeZone, new Date(at)), ...attributed].filter((group) => group !== null)
    for (const group of groups) sums.add(`${group} ${figure}`, amount)
    if (event.type === 'AppointmentBooked') sums.add(clockHour(event.data.startsAt), 1)
  }
  return sums.nonZero()
}

/** Such as `Mon 9`, on the clinic's clock, by another way than Temporal. */
function clockHour(instant: string): string {
  const parts = { timeZone, weekday: 'short', hour: 'numeric', hourCycle: 'h23' } as const
  return new Intl.DateTimeFormat('en-US', parts).format(new Date(instant)).replace(/, 0?/, ' ')
}

/** The answer in the oracle's form. */
function flattened(answer: Awaited<ReturnType<typeof statisticsOf>>): Record<string, number> {
  const sums = new Sums()
  const add = (group: string, { invoiced, collected, ...counts }: Omit<Statistics, 'noShowRate'>) => {
    for (const [figure, count] of Object.entries(counts)) sums.add(`${group} ${figure}`, Number(count))
    for (const { minorUnits, currency } of invoiced) sums.add(`${group} invoiced ${currency}`, minorUnits)
    for (const { minorUnits, currency } of collected) sums.add(`${group} collected ${currency}`, minorUnits)
  }
  add('totals', answer.totals)
  for (const { date, statistics } of answer.byDay) add(date, statistics)
  for (const { doctor, statistics } of answer.byDoctor) add(doctor.id, statistics)
  for (const { serviceType, statistics } of answer.byServiceType) add(serviceType.code, statistics)
  const weekdays = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
  for (const { weekday, hour, count } of answer.busiestHours) sums.add(`${weekdays[weekday]} ${hour}`, count)
  return sums.nonZero()
}

class Sums extends Map<string, number> {
  add(key: string, amount: number): void {
    this.set(key, (this.get(key) ?? 0) + amount)
  }

  nonZero(): Record<string, number> {
    return Object.fromEntries([...this].filter(([, amount]) => amount !== 0))
  }
}
