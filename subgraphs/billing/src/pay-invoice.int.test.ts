import { newId } from '@caregraph/database'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BillingUnderTest, biller, dollars, openBilling } from './billing-under-test.js'

const record = `mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) {
  id amount { minorUnits } method reference receivedAt refunded { minorUnits } refunds { id }
  invoice { status number paid { minorUnits } balance { minorUnits } payments { id } } } }`
const refund = `mutation ($input: RefundPaymentInput!) { refundPayment(input: $input) {
  id refunded { minorUnits } refunds { amount { minorUnits } reason refundedAt }
  invoice { status paid { minorUnits } balance { minorUnits } } } }`
const submit = `mutation ($input: SubmitClaimInput!) { submitClaim(input: $input) {
  id payer memberNumber amount { minorUnits } approvedAmount { minorUnits } status submittedAt decidedAt } }`
const decide = `mutation ($input: DecideClaimInput!) { decideClaim(input: $input) {
  id status approvedAmount { minorUnits } decidedAt rejectionReason
  invoice { status paid { minorUnits } payments { method amount { minorUnits } } claims { id } } } }`

let clinic: BillingUnderTest
beforeAll(async () => {
  clinic = await openBilling()
})
afterAll(() => clinic.stop())

const aPayment = (invoiceId: string, minorUnits: number, more: object = {}) => ({
  input: { invoiceId, amount: dollars(minorUnits), method: 'CARD', ...more },
})
const aRefund = (paymentId: string, minorUnits: number, more: object = {}) => ({
  input: { paymentId, amount: dollars(minorUnits), reason: 'charged twice', ...more },
})
const aClaim = (invoiceId: string, minorUnits: number, more: object = {}) => ({
  input: { invoiceId, payer: 'Acme Health', memberNumber: 'M-77', amount: dollars(minorUnits), ...more },
})

describe('recordPayment', () => {
  it('issues a draft first, and tells both in that order', async () => {
    const { booking, invoiceId } = await clinic.booked()
    const payment = await clinic.answer<{ id: string }>(record, aPayment(invoiceId, 5_000, { reference: 'R-1' }))
    expect(payment).toMatchObject({
      amount: { minorUnits: 5_000 },
      method: 'CARD',
      reference: 'R-1',
      receivedAt: '2027-03-01T08:00:00.000Z',
      refunded: { minorUnits: 0 },
      refunds: [],
      invoice: {
        status: 'PARTIALLY_PAID',
        number: expect.stringMatching(/^2027-\d{6}$/),
        paid: { minorUnits: 5_000 },
        balance: { minorUnits: 7_050 },
        payments: [{ id: payment.id }],
      },
    })
    const events = await clinic.eventsOn(invoiceId, 2)
    const { appointmentId, doctorId, patientId, serviceType } = booking.data
    expect(events.map(({ type }) => type)).toEqual(['InvoiceIssued', 'PaymentRecorded'])
    expect(events[1]?.data).toEqual({
      ...{ invoiceId, appointmentId, doctorId, patientId, serviceType },
      paymentId: payment.id,
      amount: dollars(5_000),
      method: 'CARD',
      receivedAt: '2027-03-01T08:00:00.000Z',
    })
  })

  it('makes the invoice PAID when nothing is left, and takes no more then', async () => {
    const { invoiceId } = await clinic.booked()
    await clinic.paid(invoiceId, 12_000)
    expect(await clinic.refusals(record, aPayment(invoiceId, 51), biller)).toEqual(['PAYMENT_EXCEEDS_BALANCE'])
    expect(await clinic.answer(record, aPayment(invoiceId, 50))).toMatchObject({
      invoice: { status: 'PAID', balance: { minorUnits: 0 } },
    })
    expect(await clinic.refusals(record, aPayment(invoiceId, 1), biller)).toEqual(['INVOICE_NOT_PAYABLE'])
  })

  it('never takes more than the balance when 100 pay at once', async () => {
    const { invoiceId } = await clinic.booked()
    const codes = await Promise.all(
      Array.from({ length: 100 }, () => clinic.refusals(record, aPayment(invoiceId, 1_000), biller)),
    )
    expect(codes.filter((code) => code.length === 0)).toHaveLength(12)
    expect(new Set(codes.flat())).toEqual(new Set(['PAYMENT_EXCEEDS_BALANCE']))
    expect(await clinic.invoice(invoiceId)).toMatchObject({
      status: 'PARTIALLY_PAID',
      paid: { minorUnits: 12_000 },
      balance: { minorUnits: 50 },
    })
  })

  it('takes a payment once that is sent five times at once with one key', async () => {
    const { invoiceId } = await clinic.booked()
    const input = aPayment(invoiceId, 1_000, { idempotencyKey: newId() })
    const answers = await Promise.all(Array.from({ length: 5 }, () => clinic.answer<{ id: string }>(record, input)))
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
    expect((await clinic.invoice(invoiceId)).paid.minorUnits).toBe(1_000)
    const other = { input: { ...input.input, amount: dollars(2_000) } }
    expect(await clinic.refusals(record, other, biller)).toEqual(['IDEMPOTENCY_KEY_REUSED'])
  })

  it('answers a repeat also when nothing could be paid any more, and forgets an attempt that was refused', async () => {
    const { invoiceId } = await clinic.booked()
    const key = newId()
    expect(await clinic.refusals(record, aPayment(invoiceId, 99_999, { idempotencyKey: key }), biller)).toEqual([
      'PAYMENT_EXCEEDS_BALANCE',
    ])
    const input = aPayment(invoiceId, 12_050, { idempotencyKey: key })
    const { id } = await clinic.answer<{ id: string }>(record, input)
    expect(await clinic.answer(record, input)).toMatchObject({ id })
  })

  it('leaves a draft alone that it refuses to pay', async () => {
    const { invoiceId } = await clinic.booked()
    const wrong = [
      [aPayment(invoiceId, 12_051), 'PAYMENT_EXCEEDS_BALANCE'],
      [aPayment(invoiceId, 1, { amount: { minorUnits: 1, currency: 'EUR' } }), 'CURRENCY_MISMATCH'],
      [aPayment(invoiceId, 0), 'BAD_USER_INPUT'],
      [aPayment(invoiceId, -5), 'BAD_USER_INPUT'],
      [aPayment(invoiceId, 1, { reference: 'x'.repeat(201) }), 'BAD_USER_INPUT'],
      [aPayment(newId(), 1), 'NOT_FOUND'],
    ] as const
    for (const [input, code] of wrong) expect(await clinic.refusals(record, input, biller)).toEqual([code])
    expect(await clinic.invoice(invoiceId)).toMatchObject({ status: 'DRAFT', number: null, version: 1 })
  })

  it('shows the balance anew after each of two payments in one request', async () => {
    const { invoiceId } = await clinic.booked()
    const { data } = await clinic.ask(
      `mutation ($input: RecordPaymentInput!) {
         first: recordPayment(input: $input) { invoice { balance { minorUnits } payments { id } } }
         second: recordPayment(input: $input) { invoice { balance { minorUnits } payments { id } } } }`,
      aPayment(invoiceId, 50),
      biller,
    )
    expect(data).toMatchObject({
      first: { invoice: { balance: { minorUnits: 12_000 } } },
      second: { invoice: { balance: { minorUnits: 11_950 } } },
    })
  })
})

describe('refundPayment', () => {
  it('gives back a part, which can be paid again, and then the rest, which closes the invoice', async () => {
    const { invoiceId } = await clinic.booked()
    const { id } = await clinic.paid(invoiceId, 12_050)
    expect(await clinic.answer(refund, aRefund(id, 2_000))).toMatchObject({
      refunded: { minorUnits: 2_000 },
      refunds: [{ amount: { minorUnits: 2_000 }, reason: 'charged twice' }],
      invoice: { status: 'PARTIALLY_PAID', paid: { minorUnits: 10_050 }, balance: { minorUnits: 2_000 } },
    })
    expect(await clinic.answer(refund, aRefund(id, 10_050))).toMatchObject({
      refunded: { minorUnits: 12_050 },
      invoice: { status: 'REFUNDED', paid: { minorUnits: 0 }, balance: { minorUnits: 0 } },
    })
    expect(await clinic.refusals(record, aPayment(invoiceId, 1), biller)).toEqual(['INVOICE_NOT_PAYABLE'])
    const refunds = (await clinic.eventsOn(invoiceId, 4)).filter(({ type }) => type === 'PaymentRefunded')
    expect(refunds.map(({ data }) => 'amount' in data && data.amount)).toEqual([dollars(2_000), dollars(10_050)])
    expect(JSON.stringify(refunds)).not.toContain('charged twice')
  })

  it('never gives back more than the payment when 20 ask at once', async () => {
    const { invoiceId } = await clinic.booked()
    const { id } = await clinic.paid(invoiceId, 10_000)
    await clinic.paid(invoiceId, 2_050)
    const codes = await Promise.all(Array.from({ length: 20 }, () => clinic.refusals(refund, aRefund(id, 900), biller)))
    expect(codes.filter((code) => code.length === 0)).toHaveLength(11)
    expect(new Set(codes.flat())).toEqual(new Set(['REFUND_EXCEEDS_PAYMENT']))
    expect((await clinic.invoice(invoiceId)).paid.minorUnits).toBe(2_150)
  })

  it('gives back once what is sent twice with one key', async () => {
    const { invoiceId } = await clinic.booked()
    const { id } = await clinic.paid(invoiceId, 1_000)
    const input = aRefund(id, 400, { idempotencyKey: newId() })
    await Promise.all([clinic.answer(refund, input), clinic.answer(refund, input)])
    expect((await clinic.invoice(invoiceId)).paid.minorUnits).toBe(600)
  })

  it('refuses what is no refund', async () => {
    const { invoiceId } = await clinic.booked()
    const { id } = await clinic.paid(invoiceId, 1_000)
    const wrong = [
      [aRefund(id, 0), 'BAD_USER_INPUT'],
      [aRefund(id, 1, { reason: '' }), 'BAD_USER_INPUT'],
      [aRefund(id, 1, { amount: { minorUnits: 1, currency: 'EUR' } }), 'CURRENCY_MISMATCH'],
      [aRefund(newId(), 1), 'NOT_FOUND'],
    ] as const
    for (const [input, code] of wrong) expect(await clinic.refusals(refund, input, biller)).toEqual([code])
  })
})

describe('a claim', () => {
  it('that is approved is PAID, and so much of the invoice', async () => {
    const { invoiceId } = await clinic.booked()
    const claim = await clinic.answer<{ id: string }>(submit, aClaim(invoiceId, 8_000))
    expect(claim).toMatchObject({ status: 'SUBMITTED', approvedAmount: null, decidedAt: null, payer: 'Acme Health' })
    expect(await clinic.answer(decide, { input: { id: claim.id, approved: true } })).toMatchObject({
      status: 'PAID',
      approvedAmount: { minorUnits: 8_000 },
      rejectionReason: null,
      invoice: {
        status: 'PARTIALLY_PAID',
        paid: { minorUnits: 8_000 },
        payments: [{ method: 'INSURANCE', amount: { minorUnits: 8_000 } }],
        claims: [{ id: claim.id }],
      },
    })
    const events = await clinic.eventsOn(invoiceId, 4)
    expect(events.map(({ type }) => type)).toEqual([
      'ClaimSubmitted',
      'InvoiceIssued',
      'PaymentRecorded',
      'ClaimDecided',
    ])
    expect(JSON.stringify(events)).not.toMatch(/Acme|M-77/)
  })

  it('can be approved in part, at most up to the balance', async () => {
    const { invoiceId } = await clinic.booked()
    const { id } = await clinic.answer<{ id: string }>(submit, aClaim(invoiceId, 20_000))
    expect(await clinic.refusals(decide, { input: { id, approved: true } }, biller)).toEqual([
      'PAYMENT_EXCEEDS_BALANCE',
    ])
    const approved = { id, approved: true, approvedAmount: dollars(12_050) }
    expect(await clinic.answer(decide, { input: approved })).toMatchObject({
      status: 'PAID',
      approvedAmount: { minorUnits: 12_050 },
      invoice: { status: 'PAID' },
    })
  })

  it('that is rejected says why, and pays nothing', async () => {
    const { invoiceId } = await clinic.booked()
    const { id } = await clinic.answer<{ id: string }>(submit, aClaim(invoiceId, 8_000))
    expect(await clinic.refusals(decide, { input: { id, approved: false } }, biller)).toEqual(['BAD_USER_INPUT'])
    const rejected = { id, approved: false, rejectionReason: 'not covered' }
    expect(await clinic.answer(decide, { input: rejected })).toMatchObject({
      status: 'REJECTED',
      approvedAmount: null,
      rejectionReason: 'not covered',
      invoice: { status: 'DRAFT', payments: [] },
    })
    const [, decided] = await clinic.eventsOn(invoiceId, 2)
    expect(decided?.data).toMatchObject({ approvedAmount: null })
  })

  it('is decided once when ten decide at once', async () => {
    const { invoiceId } = await clinic.booked()
    const { id } = await clinic.answer<{ id: string }>(submit, aClaim(invoiceId, 1_000))
    const codes = await Promise.all(
      Array.from({ length: 10 }, () => clinic.refusals(decide, { input: { id, approved: true } }, biller)),
    )
    expect(codes.flat()).toEqual(Array(9).fill('CLAIM_DECIDED'))
    expect((await clinic.invoice(invoiceId)).paid.minorUnits).toBe(1_000)
  })

  it('is submitted once with one key, and only for what can be paid', async () => {
    const { booking, invoiceId } = await clinic.booked()
    const input = aClaim(invoiceId, 1_000, { idempotencyKey: newId() })
    const [first, second] = await Promise.all([
      clinic.answer<{ id: string }>(submit, input),
      clinic.answer<{ id: string }>(submit, input),
    ])
    expect(first.id).toBe(second.id)
    const wrong = [
      [aClaim(invoiceId, 0), 'BAD_USER_INPUT'],
      [aClaim(invoiceId, 1, { payer: ' ' }), 'BAD_USER_INPUT'],
      [aClaim(invoiceId, 1, { memberNumber: '' }), 'BAD_USER_INPUT'],
      [aClaim(invoiceId, 1, { amount: { minorUnits: 1, currency: 'EUR' } }), 'CURRENCY_MISMATCH'],
      [aClaim(newId(), 1), 'NOT_FOUND'],
    ] as const
    for (const [given, code] of wrong) expect(await clinic.refusals(submit, given, biller)).toEqual([code])
    await clinic.moved(booking, 'CANCELLED')
    expect(await clinic.refusals(submit, aClaim(invoiceId, 1), biller)).toEqual(['INVOICE_NOT_PAYABLE'])
    const late = { input: { id: first.id, approved: true } }
    expect(await clinic.refusals(decide, late, biller)).toEqual(['INVOICE_NOT_PAYABLE'])
    expect(await clinic.refusals(decide, { input: { id: newId(), approved: true } }, biller)).toEqual(['NOT_FOUND'])
  })
})
