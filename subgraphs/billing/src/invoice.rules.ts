import { badInput, Refusal } from '@caregraph/refusals'
import { type Amount, dayIn } from '@caregraph/subgraph'
import { InvoiceLineKind, type InvoiceLineRow, type InvoiceRow, InvoiceStatus } from './invoice.entity.js'
import type { PaymentRow } from './payment.entity.js'

const dueAfterDays = 30

/** Ten billion, in a currency with cents: more is a slip of the pen. */
const largestUnitPrice = 1_000_000_000_000
/** A thousand invoices of this size still add up to a whole number that a double holds. */
const largestTotal = 9_000_000_000_000
const mostOfOneThing = 10_000
const mostLines = 500

type Line = Pick<InvoiceLineRow, 'kind' | 'quantity' | 'unitPriceMinorUnits'>
type Balance = Pick<InvoiceRow, 'status' | 'totalMinorUnits' | 'paidMinorUnits'>

/** What the line adds to the invoice: below 0 for a discount. */
export function lineTotal({ kind, quantity, unitPriceMinorUnits }: Line): number {
  const amount = quantity * unitPriceMinorUnits
  return kind === InvoiceLineKind.DISCOUNT ? -amount : amount
}

/** The lines together. A discount lowers the total, never below 0. */
export function totalOf(lines: readonly Line[]): number {
  return Math.max(
    0,
    lines.reduce((sum, line) => sum + lineTotal(line), 0),
  )
}

/** The total with one more line. Refuses absurd amounts: 1 to 10,000 of a thing, at most 10^12 minor units each. */
export function totalWithLine(lines: readonly Line[], line: Line): number {
  const { kind, quantity, unitPriceMinorUnits } = line
  const leastUnitPrice = kind === InvoiceLineKind.DISCOUNT ? 1 : 0
  if (quantity < 1 || quantity > mostOfOneThing) {
    throw badInput('quantity', `This lies between 1 and ${mostOfOneThing}.`)
  }
  if (unitPriceMinorUnits < leastUnitPrice || unitPriceMinorUnits > largestUnitPrice) {
    throw badInput('unitPrice.minorUnits', `This lies between ${leastUnitPrice} and ${largestUnitPrice}.`)
  }
  const total = totalOf([...lines, line])
  if (Math.abs(lineTotal(line)) > largestTotal || total > largestTotal) {
    throw badInput('unitPrice.minorUnits', `An invoice comes to at most ${largestTotal} minor units.`)
  }
  if (lines.length >= mostLines) throw badInput('invoiceId', `An invoice has at most ${mostLines} lines.`)
  return total
}

/** What is left to pay. Nothing is, once the invoice is void or its money was given back. */
export function balanceOf({ status, totalMinorUnits, paidMinorUnits }: Balance): number {
  const isClosed = status === InvoiceStatus.VOID || status === InvoiceStatus.REFUNDED
  return isClosed ? 0 : totalMinorUnits - paidMinorUnits
}

export function requireDraft({ status }: Pick<InvoiceRow, 'status'>): void {
  if (status !== InvoiceStatus.DRAFT) throw new Refusal('INVOICE_NOT_DRAFT')
}

export function requirePayable({ status }: Pick<InvoiceRow, 'status'>): void {
  const payable = [InvoiceStatus.DRAFT, InvoiceStatus.ISSUED, InvoiceStatus.PARTIALLY_PAID]
  if (!payable.includes(status)) throw new Refusal('INVOICE_NOT_PAYABLE')
}

export function requireCurrency({ currency }: { currency: string }, amount: Amount): void {
  if (amount.currency !== currency) throw new Refusal('CURRENCY_MISMATCH')
}

/** Refuses what is not money: 0, and less. */
export function requirePositive({ minorUnits }: Amount, field: string): void {
  if (minorUnits < 1) throw badInput(`${field}.minorUnits`, 'This is more than 0.')
}

/** A draft becomes an invoice that is due 30 of the clinic's days later. One that costs nothing is PAID with that. */
export function issued(
  invoice: Balance,
  { number, at, timeZone }: { number: string; at: Date; timeZone: string },
): Pick<InvoiceRow, 'number' | 'issuedAt' | 'dueOn' | 'status'> {
  requireDraft(invoice)
  const status = openStatus(invoice.totalMinorUnits, 0)
  return { number, issuedAt: at, dueOn: addDays(dayIn(timeZone, at), dueAfterDays), status }
}

/** Money came in. Refuses more than the balance, another currency, and an invoice on which nothing can be paid. */
export function paid(
  invoice: Balance & Pick<InvoiceRow, 'currency'>,
  amount: Amount,
): Pick<InvoiceRow, 'paidMinorUnits' | 'status'> {
  requirePayable(invoice)
  requireCurrency(invoice, amount)
  if (amount.minorUnits > balanceOf(invoice)) throw new Refusal('PAYMENT_EXCEEDS_BALANCE')
  const paidMinorUnits = invoice.paidMinorUnits + amount.minorUnits
  return { paidMinorUnits, status: openStatus(invoice.totalMinorUnits, paidMinorUnits) }
}

/** Money of one payment was given back. With all of it gone the invoice is REFUNDED, and closed. */
export function refunded(
  invoice: Balance & Pick<InvoiceRow, 'currency'>,
  payment: Pick<PaymentRow, 'amountMinorUnits' | 'refundedMinorUnits'>,
  amount: Amount,
): Pick<InvoiceRow, 'paidMinorUnits' | 'status'> {
  requireCurrency(invoice, amount)
  if (amount.minorUnits > payment.amountMinorUnits - payment.refundedMinorUnits) {
    throw new Refusal('REFUND_EXCEEDS_PAYMENT')
  }
  const paidMinorUnits = invoice.paidMinorUnits - amount.minorUnits
  const status = paidMinorUnits === 0 ? InvoiceStatus.REFUNDED : openStatus(invoice.totalMinorUnits, paidMinorUnits)
  return { paidMinorUnits, status }
}

/** Voids whatever has no money on it, also what was refunded. Refuses one that is void already. */
export function voided(
  { status, paidMinorUnits }: Balance,
  reason: string,
  at: Date,
): Pick<InvoiceRow, 'status' | 'voidReason' | 'voidedAt'> {
  if (status === InvoiceStatus.VOID) throw new Refusal('INVOICE_NOT_PAYABLE')
  if (paidMinorUnits > 0) throw new Refusal('INVOICE_HAS_PAYMENTS')
  return { status: InvoiceStatus.VOID, voidReason: reason, voidedAt: at }
}

function openStatus(totalMinorUnits: number, paidMinorUnits: number): InvoiceStatus {
  if (paidMinorUnits === totalMinorUnits) return InvoiceStatus.PAID
  return paidMinorUnits > 0 ? InvoiceStatus.PARTIALLY_PAID : InvoiceStatus.ISSUED
}

/** Such as `2026-000042`. */
export function invoiceNumber(year: number, position: number): string {
  return `${year}-${String(position).padStart(6, '0')}`
}

function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

export enum PaymentStatus {
  UNPAID = 'UNPAID',
  PARTIALLY_PAID = 'PARTIALLY_PAID',
  PAID = 'PAID',
  REFUNDED = 'REFUNDED',
  NOT_DUE = 'NOT_DUE',
}

/** The same as a visit shows it. */
export const paymentStatusOf: Readonly<Record<InvoiceStatus, PaymentStatus>> = {
  DRAFT: PaymentStatus.UNPAID,
  ISSUED: PaymentStatus.UNPAID,
  PARTIALLY_PAID: PaymentStatus.PARTIALLY_PAID,
  PAID: PaymentStatus.PAID,
  REFUNDED: PaymentStatus.REFUNDED,
  VOID: PaymentStatus.NOT_DUE,
}
