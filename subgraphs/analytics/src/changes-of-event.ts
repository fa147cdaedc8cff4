import type { AnyEvent, EventType } from '@caregraph/events'
import type { Amount } from '@caregraph/subgraph'
import { dayOf, hourOfWeekOf } from './clinic-time.js'
import type { Change, Figure } from './statistics-store.js'

/** The events that the figures are made of. */
export const countedTypes = [
  'PatientRegistered',
  'AppointmentBooked',
  'AppointmentStatusChanged',
  'InvoiceIssued',
  'InvoiceVoided',
  'PaymentRecorded',
  'PaymentRefunded',
] as const satisfies readonly EventType[]

export type CountedEvent = Extract<AnyEvent, { type: (typeof countedTypes)[number] }>

const figureOfStatus = new Map<string, Figure>([
  ['COMPLETED', 'appointmentsCompleted'],
  ['CANCELLED', 'appointmentsCancelled'],
  ['NO_SHOW', 'noShows'],
])

/** What an event adds to the figures of the clinic's day on which it happened. */
export function changesOf({ type, data }: CountedEvent, timeZone: string): Change[] {
  const on = (instant: string) => dayOf(instant, timeZone)
  switch (type) {
    case 'PatientRegistered':
      return [oneMore('patientsRegistered', data.registeredOn, nobody)]
    case 'AppointmentBooked': {
      const day = on(data.bookedAt)
      const hourOfWeek = hourOfWeekOf(data.startsAt, timeZone)
      return [oneMore('appointmentsBooked', day, data), { ...oneMore('bookedForHour', day, nobody), hourOfWeek }]
    }
    case 'AppointmentStatusChanged': {
      const figure = figureOfStatus.get(data.status)
      return figure === undefined ? [] : [oneMore(figure, on(data.changedAt), data)]
    }
    case 'InvoiceIssued':
      return [moneyIn('invoiced', on(data.issuedAt), data, data.total)]
    case 'InvoiceVoided':
      return data.wasIssued ? [moneyOut('invoiced', on(data.voidedAt), data, data.total)] : []
    case 'PaymentRecorded':
      return [moneyIn('collected', on(data.receivedAt), data, data.amount)]
    case 'PaymentRefunded':
      return [moneyOut('collected', on(data.refundedAt), data, data.amount)]
  }
}

type Attribution = Pick<Change, 'doctorId' | 'serviceType'>
const nobody: Attribution = { doctorId: null, serviceType: null }

function oneMore(figure: Change['figure'], day: string, { doctorId, serviceType }: Attribution): Change {
  return { day, figure, doctorId, serviceType, hourOfWeek: null, currency: null, amount: 1 }
}

function moneyIn(figure: Figure, day: string, of: Attribution, { minorUnits, currency }: Amount): Change {
  return { ...oneMore(figure, day, of), currency, amount: minorUnits }
}

function moneyOut(figure: Figure, day: string, of: Attribution, { minorUnits, currency }: Amount): Change {
  return moneyIn(figure, day, of, { minorUnits: -minorUnits, currency })
}
