import { randomUUID } from 'node:crypto'
import { catalogue, type EventData } from '@caregraph/events'
import type { CountedEvent } from './changes-of-event.js'

/** A real event in all but its history: what a test is about is given, the rest is made up. */
export function anEvent<Type extends CountedEvent['type']>(
  type: Type,
  data: EventData<Type>,
  time = '2025-01-01T00:00:00.000Z',
): CountedEvent {
  const made = {
    specversion: '1.0',
    id: randomUUID(),
    source: `/caregraph/${catalogue[type].owner}`,
    type,
    subject: randomUUID(),
    time,
    datacontenttype: 'application/json',
    data,
  }
  return made as CountedEvent
}

export const usd = (minorUnits: number) => ({ minorUnits, currency: 'USD' })

export function aVisit({
  doctorId = randomUUID(),
  serviceType = 'checkup',
  startsAt = '2025-01-02T10:00:00Z',
}: {
  doctorId?: string
  serviceType?: string
  startsAt?: string
} = {}) {
  return { appointmentId: randomUUID(), patientId: randomUUID(), doctorId, serviceType, startsAt, endsAt: startsAt }
}

export function anInvoice({
  doctorId = randomUUID(),
  serviceType = 'checkup',
}: {
  doctorId?: string | null
  serviceType?: string | null
} = {}) {
  return { invoiceId: randomUUID(), patientId: randomUUID(), appointmentId: null, doctorId, serviceType }
}

export type Random = () => number

/** Park and Miller's generator: the same seed gives the same events, their ids apart, on every machine. */
export function randomFrom(seed: number): Random {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

export function oneOf<Value>(random: Random, values: readonly Value[]): Value {
  return values[Math.floor(random() * values.length)] as Value
}

export function shuffled<Value>(random: Random, values: readonly Value[]): Value[] {
  return values
    .map((value) => ({ value, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value)
}

const doctorIds = Array.from({ length: 5 }, () => randomUUID())
const statuses = ['CONFIRMED', 'CHECKED_IN', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'NO_SHOW']

/** Any event that may count, on any day of 2026, also in the hours around midnight and around clock changes. */
export function randomEvent(random: Random): CountedEvent {
  const instant = () => new Date(Date.UTC(2026, 0, 2) + Math.floor(random() * 363 * 24 * 60) * 60_000).toISOString()
  const at = instant()
  const serviceType = oneOf(random, ['checkup', 'follow-up', 'urgent'])
  const visit = aVisit({ doctorId: oneOf(random, doctorIds), serviceType, startsAt: instant() })
  const invoice = anInvoice(oneOf(random, [visit, { doctorId: null, serviceType: null }]))
  const money = { minorUnits: Math.floor(random() * 50_000), currency: oneOf(random, ['USD', 'EUR', 'JPY']) }
  const payment = { ...invoice, paymentId: randomUUID(), amount: money }
  return oneOf(random, [
    () => anEvent('PatientRegistered', { patientId: visit.patientId, registeredOn: at.slice(0, 10) }, at),
    () => anEvent('AppointmentBooked', { ...visit, ...booking, bookedAt: at }, at),
    () =>
      anEvent(
        'AppointmentStatusChanged',
        { ...visit, ...{ previousStatus: 'PENDING', status: oneOf(random, statuses) }, changedAt: at },
        at,
      ),
    () => anEvent('InvoiceIssued', { ...invoice, total: money, issuedAt: at }, at),
    () => anEvent('InvoiceVoided', { ...invoice, total: money, wasIssued: random() < 0.5, voidedAt: at }, at),
    () => anEvent('PaymentRecorded', { ...payment, method: 'CARD', receivedAt: at }, at),
    () => anEvent('PaymentRefunded', { ...payment, refundId: randomUUID(), refundedAt: at }, at),
  ])()
}

export const booking = { fee: usd(100), previousStatus: null, status: 'PENDING' }
