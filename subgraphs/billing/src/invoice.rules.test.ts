import type { Refusal } from '@caregraph/refusals'
import { describe, expect, it } from 'vitest'
import { InvoiceLineKind, InvoiceStatus } from './invoice.entity.js'
import {
  balanceOf,
  invoiceNumber,
  issued,
  lineTotal,
  paid,
  paymentStatusOf,
  refunded,
  totalOf,
  totalWithLine,
  voided,
} from './invoice.rules.js'

const { DRAFT, ISSUED, PAID, PARTIALLY_PAID, REFUNDED, VOID } = InvoiceStatus

const anInvoice = (status: InvoiceStatus, paidMinorUnits = 0, totalMinorUnits = 1_000) => ({
  status,
  totalMinorUnits,
  paidMinorUnits,
  currency: 'USD',
})
const aLine = (unitPriceMinorUnits: number, quantity = 1, kind = InvoiceLineKind.OTHER) => ({
  kind,
  quantity,
  unitPriceMinorUnits,
})
const aDiscount = (unitPriceMinorUnits: number) => aLine(unitPriceMinorUnits, 1, InvoiceLineKind.DISCOUNT)
const dollars = (minorUnits: number) => ({ minorUnits, currency: 'USD' })

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (refusal) {
    return (refusal as Refusal).code
  }
  return 'allowed'
}

describe('a total', () => {
  it('is what the lines come to, discounts off', () => {
    expect(lineTotal(aLine(250, 3))).toBe(750)
    expect(lineTotal(aDiscount(100))).toBe(-100)
    expect(totalOf([aLine(250, 3), aDiscount(100)])).toBe(650)
  })

  it('is never below 0, however large a discount', () => {
    expect(totalOf([aLine(100), aDiscount(5_000)])).toBe(0)
    expect(totalOf([])).toBe(0)
  })

  it('stays a whole number that a double holds', () => {
    const largest = totalWithLine([], aLine(900_000_000, 10_000))
    expect(largest).toBe(9_000_000_000_000)
    expect(codeOf(() => totalWithLine([aLine(900_000_000, 10_000)], aLine(1)))).toBe('BAD_USER_INPUT')
  })

  it.each([
    ['no quantity', aLine(1, 0)],
    ['a negative quantity', aLine(1, -1)],
    ['more than 10,000 of a thing', aLine(1, 10_001)],
    ['a negative price', aLine(-1)],
    ['an absurd price', aLine(1_000_000_000_001)],
    ['an absurd product', aLine(1_000_000_000_000, 10_000)],
    ['a discount of nothing', aDiscount(0)],
    ['a discount with a negative price', aDiscount(-100)],
    ['an absurd discount', aLine(1_000_000_000_000, 10_000, InvoiceLineKind.DISCOUNT)],
  ])('refuses %s', (_, line) => {
    expect(codeOf(() => totalWithLine([aLine(100)], line))).toBe('BAD_USER_INPUT')
  })

  it('has at most 500 lines', () => {
    const lines = Array.from({ length: 499 }, () => aLine(1))
    expect(totalWithLine(lines, aLine(1))).toBe(500)
    expect(codeOf(() => totalWithLine([...lines, aLine(1)], aLine(1)))).toBe('BAD_USER_INPUT')
  })

  it('takes a line that costs nothing', () => {
    expect(totalWithLine([], aLine(0))).toBe(0)
  })
})

describe('an issue', () => {
  const at = (instant: string, timeZone: string) =>
    issued(anInvoice(DRAFT), { number: '2027-000001', at: new Date(instant), timeZone })

  it("makes it due 30 of the clinic's days later", () => {
    expect(at('2027-01-31T12:00:00Z', 'UTC').dueOn).toBe('2027-03-02')
    expect(at('2028-01-31T12:00:00Z', 'UTC').dueOn).toBe('2028-03-01')
    expect(at('2027-01-31T23:30:00Z', 'Asia/Tokyo').dueOn).toBe('2027-03-03')
    expect(at('2027-03-01T03:00:00Z', 'America/New_York').dueOn).toBe('2027-03-30')
  })

  it('is PAID at once where nothing is to be paid', () => {
    const number = { number: '2027-000001', at: new Date(), timeZone: 'UTC' }
    expect(issued(anInvoice(DRAFT, 0, 0), number).status).toBe(PAID)
    expect(issued(anInvoice(DRAFT), number).status).toBe(ISSUED)
  })

  it.each([ISSUED, PARTIALLY_PAID, PAID, VOID, REFUNDED])('is refused when it is %s', (status) => {
    const number = { number: '2027-000001', at: new Date(), timeZone: 'UTC' }
    expect(codeOf(() => issued(anInvoice(status), number))).toBe('INVOICE_NOT_DRAFT')
  })

  it('has a number of six digits, and of more where they do not do', () => {
    expect(invoiceNumber(2026, 42)).toBe('2026-000042')
    expect(invoiceNumber(2026, 1_000_000)).toBe('2026-1000000')
  })
})

describe('a payment', () => {
  it('of a part leaves the rest, of the rest nothing', () => {
    expect(paid(anInvoice(ISSUED), dollars(400))).toEqual({ paidMinorUnits: 400, status: PARTIALLY_PAID })
    expect(paid(anInvoice(PARTIALLY_PAID, 400), dollars(600))).toEqual({ paidMinorUnits: 1_000, status: PAID })
    expect(paid(anInvoice(DRAFT), dollars(1_000))).toEqual({ paidMinorUnits: 1_000, status: PAID })
  })

  it('of more than the balance, or of another currency, is refused', () => {
    expect(codeOf(() => paid(anInvoice(ISSUED), dollars(1_001)))).toBe('PAYMENT_EXCEEDS_BALANCE')
    expect(codeOf(() => paid(anInvoice(PARTIALLY_PAID, 400), dollars(601)))).toBe('PAYMENT_EXCEEDS_BALANCE')
    expect(codeOf(() => paid(anInvoice(ISSUED), { minorUnits: 1, currency: 'EUR' }))).toBe('CURRENCY_MISMATCH')
  })

  it.each([PAID, VOID, REFUNDED])('is refused when it is %s', (status) => {
    expect(codeOf(() => paid(anInvoice(status), dollars(1)))).toBe('INVOICE_NOT_PAYABLE')
  })
})

describe('a refund', () => {
  const aPayment = { amountMinorUnits: 600, refundedMinorUnits: 100 }

  it('of a part leaves something to pay again, of all closes the invoice', () => {
    expect(refunded(anInvoice(PAID, 1_000), aPayment, dollars(500))).toEqual({
      paidMinorUnits: 500,
      status: PARTIALLY_PAID,
    })
    expect(refunded(anInvoice(PARTIALLY_PAID, 500), aPayment, dollars(500))).toEqual({
      paidMinorUnits: 0,
      status: REFUNDED,
    })
  })

  it('of more than is left of the payment, or of another currency, is refused', () => {
    expect(codeOf(() => refunded(anInvoice(PAID, 1_000), aPayment, dollars(501)))).toBe('REFUND_EXCEEDS_PAYMENT')
    const euros = { minorUnits: 1, currency: 'EUR' }
    expect(codeOf(() => refunded(anInvoice(PAID, 1_000), aPayment, euros))).toBe('CURRENCY_MISMATCH')
  })
})

describe('a void', () => {
  const at = new Date('2027-03-01T08:00:00Z')

  it.each([
    [DRAFT, 0, 'allowed'],
    [ISSUED, 0, 'allowed'],
    [REFUNDED, 0, 'allowed'],
    [PARTIALLY_PAID, 1, 'INVOICE_HAS_PAYMENTS'],
    [PAID, 1_000, 'INVOICE_HAS_PAYMENTS'],
    [VOID, 0, 'INVOICE_NOT_PAYABLE'],
  ])('of an invoice that is %s with %i paid: %s', (status, money, answer) => {
    expect(codeOf(() => voided(anInvoice(status, money), 'a slip', at))).toBe(answer)
  })
})

describe('the balance', () => {
  it.each([
    [DRAFT, 0, 1_000],
    [ISSUED, 0, 1_000],
    [PARTIALLY_PAID, 400, 600],
    [PAID, 1_000, 0],
    [VOID, 0, 0],
    [REFUNDED, 0, 0],
  ])('of an invoice that is %s with %i paid is %i', (status, money, balance) => {
    expect(balanceOf(anInvoice(status, money))).toBe(balance)
  })
})

describe('what a visit shows of its invoice', () => {
  it('asks for nothing once the invoice is void', () => {
    expect(paymentStatusOf).toEqual({
      DRAFT: 'UNPAID',
      ISSUED: 'UNPAID',
      PARTIALLY_PAID: 'PARTIALLY_PAID',
      PAID: 'PAID',
      REFUNDED: 'REFUNDED',
      VOID: 'NOT_DUE',
    })
  })
})
