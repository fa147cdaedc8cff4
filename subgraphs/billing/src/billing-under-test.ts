import type { Actor } from '@caregraph/access'
import { newId } from '@caregraph/database'
import type { AnyEvent, CareEvent, EventData, EventType } from '@caregraph/events'
import { anActor, type SubgraphUnderTest, startSubgraph, until } from '@caregraph/testing'
import { billing } from './index.js'

export const biller = anActor({ roles: ['BILLING'] })

/** A visit that was booked, as the event of it tells. */
export type Booking = CareEvent<'AppointmentBooked'>

export interface BillingUnderTest extends SubgraphUnderTest {
  /** Books a visit, which opens its invoice. Answers both ids. */
  booked(overrides?: Partial<Booking['data']>): Promise<{ booking: Booking; invoiceId: string }>
  /** The visit moves to the status. */
  moved(booking: Booking, status: string): Promise<void>
  /** The answer of the operation's only field. Throws where it was refused. */
  answer<Answer = Invoice>(query: string, variables?: Record<string, unknown>, actor?: Actor): Promise<Answer>
  invoice(id: string): Promise<Invoice>
  /** Pays on the invoice, and throws where that is refused. */
  paid(invoiceId: string, minorUnits: number): Promise<{ id: string }>
  /** Waits until so many events tell of the invoice: these are all of them, in their order. */
  eventsOn(invoiceId: string, count: number): Promise<AnyEvent[]>
}

export interface Invoice {
  id: string
  number: string | null
  status: string
  total: { minorUnits: number }
  paid: { minorUnits: number }
  balance: { minorUnits: number }
  dueOn: string | null
  version: number
  lines: { id: string; kind: string; description: string; quantity: number; total: { minorUnits: number } }[]
}

export const invoiceFields = `id number status total { minorUnits } paid { minorUnits } balance { minorUnits }
  issuedAt dueOn version lines { id kind description quantity unitPrice { minorUnits } total { minorUnits } }`

export const dollars = (minorUnits: number) => ({ minorUnits, currency: 'USD' })

export async function openBilling(overrides?: Parameters<typeof startSubgraph>[1]): Promise<BillingUnderTest> {
  const clinic = await startSubgraph(billing, overrides)
  const answer: BillingUnderTest['answer'] = async (query, variables, actor = biller) => {
    const { data, errors } = await clinic.ask(query, variables, actor)
    if (errors) throw errors[0]
    return Object.values(data ?? {})[0] as never
  }
  return {
    ...clinic,
    answer,
    async booked(overrides) {
      const booking = aBooking(overrides)
      await clinic.bus.publish('appointment-events', [booking])
      const { invoice } = await answer<{ invoice: { id: string } }>(
        `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Appointment { invoice { id } } } }`,
        { of: [{ __typename: 'Appointment', id: booking.data.appointmentId }] },
      ).then((entities) => (entities as unknown as { invoice: { id: string } }[])[0] ?? raise('no appointment'))
      return { booking, invoiceId: invoice.id }
    },
    moved: (booking, status) => clinic.bus.publish('appointment-events', [aMove(booking, status)]),
    invoice: (id) => answer(`query ($id: ID!) { invoice(id: $id) { ${invoiceFields} } }`, { id }),
    paid: (invoiceId, minorUnits) =>
      answer<{ id: string }>(`mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { id } }`, {
        input: { invoiceId, amount: dollars(minorUnits), method: 'CARD' },
      }),
    eventsOn: (invoiceId, count) =>
      until(
        () => {
          const events = clinic.published.filter(({ subject }) => subject === invoiceId)
          return events.length >= count && events
        },
        { name: `${count} events on the invoice` },
      ),
  }
}

function raise(message: string): never {
  throw new Error(message)
}

/** 120.50 USD for a consultation, with what is given instead. */
export function aBooking(overrides: Partial<Booking['data']> = {}): Booking {
  const data = {
    appointmentId: newId(),
    patientId: newId(),
    doctorId: newId(),
    serviceType: 'consultation',
    startsAt: '2027-03-02T09:00:00.000Z',
    endsAt: '2027-03-02T09:30:00.000Z',
    fee: dollars(12_050),
    previousStatus: null,
    status: 'CONFIRMED',
    bookedAt: '2027-03-01T08:00:00.000Z',
    ...overrides,
  }
  return eventOf('AppointmentBooked', data.appointmentId, data)
}

export function aMove({ data }: Booking, status: string): CareEvent<'AppointmentStatusChanged'> {
  const { fee: _, bookedAt: changedAt, ...visit } = data
  return eventOf('AppointmentStatusChanged', data.appointmentId, {
    ...visit,
    previousStatus: 'CONFIRMED',
    status,
    changedAt,
  })
}

export function aRegistration(patientId: string): CareEvent<'PatientRegistered'> {
  return eventOf('PatientRegistered', patientId, { patientId, registeredOn: '2027-03-01' })
}

/** An event as it comes from its owner, at 8:00 on the first of March. */
function eventOf<Type extends EventType>(type: Type, subject: string, data: EventData<Type>): CareEvent<Type> {
  return {
    specversion: '1.0',
    id: newId(),
    source: '/caregraph/test',
    type,
    subject,
    time: '2027-03-01T08:00:00.000Z',
    datacontenttype: 'application/json',
    data,
  }
}
