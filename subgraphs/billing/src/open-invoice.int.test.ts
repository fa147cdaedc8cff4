import { queryRows } from '@caregraph/database'
import { until } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aBooking, aMove, aRegistration, type BillingUnderTest, dollars, openBilling } from './billing-under-test.js'

let clinic: BillingUnderTest
beforeAll(async () => {
  clinic = await openBilling()
})
afterAll(() => clinic.stop())

const rowsOf = (table: string, column: string, id: string) =>
  queryRows<{ id: string; opened_at: Date }>(clinic.database, `SELECT * FROM ${table} WHERE ${column} = $1`, [id])

describe('a patient', () => {
  it('has one account, however often his registration is told and whether his visit is heard of before', async () => {
    const booking = aBooking()
    const { patientId } = booking.data
    const registration = { ...aRegistration(patientId), time: '2027-02-27T10:00:00.000Z' }
    await clinic.bus.publish('appointment-events', [booking])
    await clinic.bus.publish('patient-events', [registration, registration, { ...registration, id: aBooking().id }])
    const accounts = await rowsOf('billing_accounts', 'patient_id', patientId)
    expect(accounts.map(({ opened_at }) => opened_at.toISOString())).toEqual(['2027-02-27T10:00:00.000Z'])
  })
})

describe('a visit that is booked', () => {
  it('opens one draft with the fee', async () => {
    const { invoiceId } = await clinic.booked({ serviceType: 'check-up', fee: dollars(9_900) })
    expect(await clinic.invoice(invoiceId)).toMatchObject({
      number: null,
      status: 'DRAFT',
      total: { minorUnits: 9_900 },
      balance: { minorUnits: 9_900 },
      issuedAt: null,
      dueOn: null,
      lines: [{ kind: 'CONSULTATION', description: 'check-up', quantity: 1, total: { minorUnits: 9_900 } }],
    })
  })

  it('has one invoice after its event was delivered 20 times at once, and told again under another id', async () => {
    const booking = aBooking()
    const repeats = Array.from({ length: 20 }, () => clinic.bus.publish('appointment-events', [booking]))
    const retellings = Array.from({ length: 5 }, () =>
      clinic.bus.publish('appointment-events', [{ ...booking, id: aBooking().id, subject: aBooking().id }]),
    )
    await Promise.all([...repeats, ...retellings])
    const invoices = await rowsOf('invoices', 'appointment_id', booking.data.appointmentId)
    expect(invoices).toHaveLength(1)
    expect(await rowsOf('invoice_lines', 'invoice_id', invoices[0]?.id ?? '')).toHaveLength(1)
  })
})

describe('a visit that moves on', () => {
  it('is invoiced when it is completed', async () => {
    const { booking, invoiceId } = await clinic.booked()
    await clinic.moved(booking, 'CHECKED_IN')
    expect((await clinic.invoice(invoiceId)).status).toBe('DRAFT')
    await clinic.moved(booking, 'COMPLETED')
    expect(await clinic.invoice(invoiceId)).toMatchObject({ status: 'ISSUED', dueOn: '2027-03-31' })
    const { appointmentId, doctorId, patientId } = booking.data
    const events = await clinic.eventsOn(invoiceId, 1)
    expect(events.map(({ type }) => type)).toEqual(['InvoiceIssued'])
    expect(events[0]?.data).toEqual({
      invoiceId,
      appointmentId,
      doctorId,
      patientId,
      serviceType: 'consultation',
      total: dollars(12_050),
      issuedAt: '2027-03-01T08:00:00.000Z',
    })
  })

  it('keeps what the desk has issued before it is completed', async () => {
    const { booking, invoiceId } = await clinic.booked()
    await clinic.paid(invoiceId, 50)
    const before = await clinic.invoice(invoiceId)
    await clinic.moved(booking, 'COMPLETED')
    expect(await clinic.invoice(invoiceId)).toEqual(before)
  })

  it.each(['CANCELLED', 'EXPIRED'])('voids its draft when it is %s', async (status) => {
    const { booking, invoiceId } = await clinic.booked()
    await clinic.moved(booking, status)
    expect(await clinic.invoice(invoiceId)).toMatchObject({ status: 'VOID', number: null, balance: { minorUnits: 0 } })
    const [event] = await clinic.eventsOn(invoiceId, 1)
    expect(event?.data).toMatchObject({
      wasIssued: false,
      total: dollars(12_050),
    })
  })

  it('keeps an invoice with money on it when it is cancelled', async () => {
    const { booking, invoiceId } = await clinic.booked()
    await clinic.paid(invoiceId, 50)
    await clinic.moved(booking, 'CANCELLED')
    expect((await clinic.invoice(invoiceId)).status).toBe('PARTIALLY_PAID')
  })

  it('leaves the draft to the billing desk when nobody came', async () => {
    const { booking, invoiceId } = await clinic.booked()
    await clinic.moved(booking, 'NO_SHOW')
    expect((await clinic.invoice(invoiceId)).status).toBe('DRAFT')
  })

  it('is invoiced also when its completion is heard of before its booking', async () => {
    const booking = aBooking()
    await clinic.bus.publish('appointment-events', [aMove(booking, 'COMPLETED')])
    await clinic.bus.publish('appointment-events', [{ ...booking, subject: aBooking().id }])
    await until(
      async () => {
        clinic.clock.advance(100)
        const [invoice] = await rowsOf('invoices', 'appointment_id', booking.data.appointmentId)
        return invoice !== undefined && (await clinic.invoice(invoice.id)).status === 'ISSUED'
      },
      { name: 'the invoice is issued' },
    )
  })

  it('has nothing to void where a hold lapses', async () => {
    const move = aMove(aBooking(), 'EXPIRED')
    await clinic.bus.publish('appointment-events', [{ ...move, data: { ...move.data, previousStatus: 'HELD' } }])
    const [received] = await queryRows<{ state: string }>(
      clinic.database,
      'SELECT state FROM inbox WHERE event_id = $1',
      [move.id],
    )
    expect(received?.state).toBe('done')
  })
})
