import { newId, queryRows } from '@caregraph/database'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type BillingUnderTest,
  biller,
  dollars,
  type Invoice,
  invoiceFields,
  openBilling,
} from './billing-under-test.js'

const add = `mutation ($input: AddInvoiceLineInput!) { addInvoiceLine(input: $input) { ${invoiceFields} } }`
const remove = `mutation ($invoiceId: ID!, $lineId: ID!, $expectedVersion: Int) {
  removeInvoiceLine(invoiceId: $invoiceId, lineId: $lineId, expectedVersion: $expectedVersion) { ${invoiceFields} } }`
const issue = `mutation ($id: ID!, $expectedVersion: Int) { issueInvoice(id: $id, expectedVersion: $expectedVersion) { ${invoiceFields} } }`
const voidIt = `mutation ($id: ID!, $reason: String!, $expectedVersion: Int) {
  voidInvoice(id: $id, reason: $reason, expectedVersion: $expectedVersion) { status voidReason voidedAt version } }`

let clinic: BillingUnderTest
beforeAll(async () => {
  clinic = await openBilling()
})
afterAll(() => clinic.stop())

const aLine = (overrides: object) => ({
  kind: 'LAB',
  description: 'Blood count',
  unitPrice: dollars(3_000),
  ...overrides,
})

describe('the lines of a draft', () => {
  it('are added and removed, and the total follows', async () => {
    const { invoiceId } = await clinic.booked()
    const added = await clinic.answer(add, { input: aLine({ invoiceId, quantity: 2 }) })
    expect(added).toMatchObject({ total: { minorUnits: 18_050 }, version: 2 })
    const [fee, blood] = added.lines
    expect([fee?.kind, blood?.kind]).toEqual(['CONSULTATION', 'LAB'])
    const discount = aLine({ invoiceId, kind: 'DISCOUNT', description: 'Staff', unitPrice: dollars(20_000) })
    expect(await clinic.answer(add, { input: discount })).toMatchObject({ total: { minorUnits: 0 } })
    const removed = await clinic.answer(remove, { invoiceId, lineId: blood?.id })
    expect(removed.lines.map(({ total }) => total.minorUnits)).toEqual([12_050, -20_000])
    expect(removed).toMatchObject({ total: { minorUnits: 0 }, version: 4 })
  })

  it('are shown anew after each of two changes in one request', async () => {
    const { invoiceId } = await clinic.booked()
    const { data } = await clinic.ask(
      `mutation ($input: AddInvoiceLineInput!) {
         first: addInvoiceLine(input: $input) { lines { id } }
         second: addInvoiceLine(input: $input) { lines { id } } }`,
      { input: aLine({ invoiceId }) },
      biller,
    )
    const { first, second } = data as unknown as Record<'first' | 'second', Pick<Invoice, 'lines'>>
    expect([first.lines.length, second.lines.length]).toEqual([2, 3])
  })

  it('come to the right total when ten are added at once', async () => {
    const { invoiceId } = await clinic.booked()
    await Promise.all(Array.from({ length: 10 }, () => clinic.answer(add, { input: aLine({ invoiceId }) })))
    expect(await clinic.invoice(invoiceId)).toMatchObject({ total: { minorUnits: 42_050 }, version: 11 })
  })

  it.each([
    [{ quantity: 0 }, 'quantity'],
    [{ quantity: 10_001 }, 'quantity'],
    [{ description: ' ' }, 'description'],
    [{ description: 'x'.repeat(201) }, 'description'],
    [{ unitPrice: dollars(-1) }, 'unitPrice.minorUnits'],
    [{ unitPrice: dollars(1_000_000_000_001) }, 'unitPrice.minorUnits'],
    [{ unitPrice: dollars(1.5) }, 'unitPrice.minorUnits'],
    [{ unitPrice: { minorUnits: 1, currency: 'usd' } }, 'unitPrice.currency'],
    [{ kind: 'DISCOUNT', unitPrice: dollars(-100) }, 'unitPrice.minorUnits'],
    [{ invoiceId: 'seven' }, 'invoiceId'],
  ])('refuse %j with the path of the field', async (wrong, field) => {
    const { invoiceId } = await clinic.booked()
    const { errors } = await clinic.ask(add, { input: aLine({ invoiceId, ...wrong }) }, biller)
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', params: { field } }])
  })

  it('refuse another currency, another version, an unknown invoice and an unknown line', async () => {
    const { invoiceId } = await clinic.booked()
    const other = await clinic.booked()
    const [foreign] = (await clinic.invoice(other.invoiceId)).lines
    const refusals = async (query: string, variables: object) =>
      (await clinic.refusals(query, { ...variables }, biller)).join()
    const euros = aLine({ invoiceId, unitPrice: { minorUnits: 1, currency: 'EUR' } })
    expect(await refusals(add, { input: euros })).toBe('CURRENCY_MISMATCH')
    expect(await refusals(add, { input: aLine({ invoiceId, expectedVersion: 2 }) })).toBe('VERSION_CONFLICT')
    expect(await refusals(add, { input: aLine({ invoiceId: newId() }) })).toBe('NOT_FOUND')
    expect(await refusals(remove, { invoiceId, lineId: newId() })).toBe('NOT_FOUND')
    expect(await refusals(remove, { invoiceId, lineId: foreign?.id })).toBe('NOT_FOUND')
    expect(await refusals(remove, { invoiceId, lineId: foreign?.id, expectedVersion: 9 })).toBe('VERSION_CONFLICT')
  })
})

describe('an invoice that is issued', () => {
  it('is never edited', async () => {
    const { invoiceId } = await clinic.booked()
    const { lines } = await clinic.answer(issue, { id: invoiceId, expectedVersion: 1 })
    const codes = await Promise.all([
      clinic.refusals(add, { input: aLine({ invoiceId }) }, biller),
      clinic.refusals(remove, { invoiceId, lineId: lines[0]?.id }, biller),
      clinic.refusals(issue, { id: invoiceId }, biller),
    ])
    expect(codes.flat()).toEqual(Array(3).fill('INVOICE_NOT_DRAFT'))
  })

  it('is PAID with that where it comes to nothing', async () => {
    const { invoiceId } = await clinic.booked({ fee: dollars(0) })
    expect(await clinic.answer(issue, { id: invoiceId })).toMatchObject({ status: 'PAID', balance: { minorUnits: 0 } })
  })
})

describe('the numbers of invoices', () => {
  it('have no gap and no double when 50 are issued at once and some of the issues are undone', async () => {
    clinic.clock.set('2031-06-01T08:00:00Z')
    const drafts = await Promise.all(Array.from({ length: 50 }, () => clinic.booked()))
    const issues = drafts.map(({ invoiceId }) => clinic.answer(issue, { id: invoiceId }))
    // Twice the same invoice, a wrong version, and payments that are too high: each takes a number or fails as a whole.
    const failures = drafts.flatMap(({ invoiceId }) => [
      clinic.refusals(issue, { id: invoiceId, expectedVersion: 7 }, biller),
      clinic.paid(invoiceId, 12_051).catch(() => undefined),
    ])
    await Promise.all([...issues, ...failures])
    const numbers = await queryRows<{ number: string }>(
      clinic.database,
      `SELECT number FROM invoices WHERE number LIKE '2031-%' ORDER BY number`,
    )
    expect(numbers.map(({ number }) => number)).toEqual(
      Array.from({ length: 50 }, (_, index) => `2031-${String(index + 1).padStart(6, '0')}`),
    )
  })

  it('are given back by a transaction that fails after it took one', async () => {
    clinic.clock.set('2032-06-01T08:00:00Z')
    const drafts = await Promise.all(Array.from({ length: 20 }, () => clinic.booked()))
    await queryRows(
      clinic.database,
      `CREATE FUNCTION refuse_some() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN IF right(NEW.id::text, 1) < '8' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$`,
    )
    await queryRows(
      clinic.database,
      `CREATE TRIGGER refuse_some AFTER UPDATE ON invoices FOR EACH ROW WHEN (NEW.number LIKE '2032-%')
       EXECUTE FUNCTION refuse_some()`,
    )
    const results = await Promise.allSettled(drafts.map(({ invoiceId }) => clinic.answer(issue, { id: invoiceId })))
    await queryRows(clinic.database, 'DROP TRIGGER refuse_some ON invoices')
    const numbers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.number ?? ''] : []))
    expect(numbers.sort()).toEqual(numbers.map((_, index) => `2032-${String(index + 1).padStart(6, '0')}`))
    const { invoiceId } = await clinic.booked()
    expect((await clinic.answer(issue, { id: invoiceId })).number).toBe(
      `2032-${String(numbers.length + 1).padStart(6, '0')}`,
    )
  })

  it("begin anew with the clinic's year", async () => {
    const tokyo = await openBilling({
      clinic: { name: 'T', timeZone: 'Asia/Tokyo', currency: 'JPY', country: 'JP', publicUrl: 'http://localhost:4004' },
    })
    try {
      tokyo.clock.set('2027-12-31T14:59:59Z')
      const first = await tokyo.booked()
      const second = await tokyo.booked()
      expect(await tokyo.answer(issue, { id: first.invoiceId })).toMatchObject({
        number: '2027-000001',
        dueOn: '2028-01-30',
      })
      tokyo.clock.advance(1_000)
      expect(await tokyo.answer(issue, { id: second.invoiceId })).toMatchObject({
        number: '2028-000001',
        dueOn: '2028-01-31',
      })
    } finally {
      await tokyo.stop()
    }
  })
})

describe('voidInvoice', () => {
  it('keeps the number and the reason, and tells that what was invoiced is not any more', async () => {
    const { invoiceId } = await clinic.booked()
    await clinic.answer(issue, { id: invoiceId })
    const input = { id: invoiceId, reason: ' wrong patient ', expectedVersion: 2 }
    expect(await clinic.answer(voidIt, input)).toMatchObject({
      status: 'VOID',
      voidReason: 'wrong patient',
      version: 3,
    })
    expect((await clinic.invoice(invoiceId)).number).not.toBeNull()
    const [, event] = await clinic.eventsOn(invoiceId, 2)
    expect(event?.type).toBe('InvoiceVoided')
    expect(event?.data).toMatchObject({ wasIssued: true, total: dollars(12_050) })
    expect(JSON.stringify(event)).not.toContain('wrong patient')
    expect(await clinic.refusals(voidIt, { ...input, expectedVersion: null }, biller)).toEqual(['INVOICE_NOT_PAYABLE'])
  })

  it('is refused while there is money on it, and allowed once that is given back', async () => {
    const { invoiceId } = await clinic.booked()
    const { id: paymentId } = await clinic.paid(invoiceId, 50)
    const input = { id: invoiceId, reason: 'a slip' }
    expect(await clinic.refusals(voidIt, input, biller)).toEqual(['INVOICE_HAS_PAYMENTS'])
    await clinic.answer(`mutation ($input: RefundPaymentInput!) { refundPayment(input: $input) { id } }`, {
      input: { paymentId, amount: dollars(50), reason: 'a slip' },
    })
    expect(await clinic.answer(voidIt, input)).toMatchObject({ status: 'VOID' })
  })

  it('needs a reason and the version that stands', async () => {
    const { invoiceId } = await clinic.booked()
    expect(await clinic.refusals(voidIt, { id: invoiceId, reason: ' ' }, biller)).toEqual(['BAD_USER_INPUT'])
    const stale = { id: invoiceId, reason: 'a slip', expectedVersion: 9 }
    expect(await clinic.refusals(voidIt, stale, biller)).toEqual(['VERSION_CONFLICT'])
    expect(await clinic.refusals(voidIt, { id: newId(), reason: 'a slip' }, biller)).toEqual(['NOT_FOUND'])
  })
})
