import { type Amount, type Clinic, decimalOf, minorUnitDigits } from '@caregraph/subgraph'
import { type InvoiceLineRow, type InvoiceRow, InvoiceStatus } from '../invoice.entity.js'
import { balanceOf, lineTotal } from '../invoice.rules.js'
import type { PaymentRow, RefundRow } from '../payment.entity.js'

/** What other departments know of the visit. Null where they did not say. */
export interface PrintedNames {
  readonly patientName: string | null
  readonly patientAddress: string | null
  readonly doctorName: string | null
  readonly serviceName: string | null
}

/** All the words and figures of an invoice on paper, ready to be drawn. */
export interface InvoicePaper {
  readonly clinicName: string
  readonly pageSize: 'A4' | 'LETTER'
  readonly title: string
  /** Written across every page: what must not be taken for an invoice that stands. */
  readonly watermark: 'DRAFT' | 'VOID' | null
  readonly status: string
  readonly facts: readonly Fact[]
  readonly patient: readonly string[]
  readonly visit: readonly string[]
  readonly currency: string
  readonly lines: readonly PaperLine[]
  readonly sums: readonly Fact[]
  readonly balance: Fact
  readonly payments: readonly PaperPayment[]
  readonly note: string
}

export interface Fact {
  readonly label: string
  readonly value: string
}

export interface PaperLine {
  readonly description: string
  readonly kind: string
  readonly quantity: string
  readonly unitPrice: string
  readonly total: string
}

export interface PaperPayment {
  readonly day: string
  readonly text: string
  readonly amount: string
}

const statusWords: Readonly<Record<InvoiceStatus, string>> = {
  DRAFT: 'Draft',
  ISSUED: 'Open',
  PARTIALLY_PAID: 'Partially paid',
  PAID: 'Paid',
  VOID: 'Void',
  REFUNDED: 'Refunded',
}

interface InvoiceRecords {
  readonly invoice: InvoiceRow
  readonly lines: readonly InvoiceLineRow[]
  readonly payments: readonly PaymentRow[]
  readonly refunds: readonly RefundRow[]
  readonly names: PrintedNames
}

/**
 * Days and amounts are written as the clinic's country does, in English. What the fonts cannot show gives way to what
 * they can: a name to the record's id, a description to its kind.
 */
export function invoicePaper(
  { invoice, lines, payments, refunds, names }: InvoiceRecords,
  clinic: Clinic,
  canPrint: (text: string) => boolean,
): InvoicePaper {
  const isAmerican = clinic.country === 'US'
  const locale = isAmerican ? 'en-US' : 'en-GB'
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: clinic.timeZone })
  const dayAndTime = new Intl.DateTimeFormat(locale, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: clinic.timeZone,
  })
  const { currency } = invoice
  const digits = minorUnitDigits(currency)
  const figures = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })
  const amount = (minorUnits: number) => amountOf(figures, { minorUnits, currency })
  const printable = (text: string | null) => {
    const line = text?.replace(/\s+/g, ' ').trim() ?? ''
    return line !== '' && canPrint(line) ? line : undefined
  }
  const dueDay = invoice.dueOn === null ? '–' : calendarDay(locale, invoice.dueOn)
  const balance = {
    label: invoice.status === InvoiceStatus.DRAFT ? 'Total so far' : 'Balance due',
    value: `${amount(balanceOf(invoice))} ${currency}`,
  }
  const patientName = printable(names.patientName)
  const service = printable(names.serviceName) ?? invoice.serviceType

  return {
    clinicName: clinic.name,
    pageSize: isAmerican ? 'LETTER' : 'A4',
    title: invoice.number === null ? 'Draft invoice' : `Invoice ${invoice.number}`,
    watermark: watermarkOf(invoice.status),
    status: statusWords[invoice.status],
    facts: [
      { label: 'Number', value: invoice.number ?? 'not issued' },
      { label: 'Issued', value: invoice.issuedAt === null ? '–' : day.format(invoice.issuedAt) },
      { label: 'Due', value: dueDay },
      balance,
    ],
    patient: [
      ...(patientName === undefined ? ['Patient', invoice.patientId] : [patientName]),
      ...(names.patientAddress ?? '').split('\n').flatMap((line) => printable(line) ?? []),
    ],
    visit: [service, dayAndTime.format(invoice.visitStartsAt), printable(names.doctorName) ?? ''].filter(Boolean),
    currency,
    lines: lines.map((line) => {
      const kind = wordOf(line.kind)
      const isFee = line.description === invoice.serviceType
      return {
        description: isFee ? service : (printable(line.description) ?? kind),
        kind,
        quantity: String(line.quantity),
        unitPrice: amount(line.unitPriceMinorUnits),
        total: amount(lineTotal(line)),
      }
    }),
    sums: [
      { label: 'Total', value: amount(invoice.totalMinorUnits) },
      { label: 'Paid', value: amount(invoice.paidMinorUnits) },
    ],
    balance,
    payments: [
      ...payments.map((payment) => ({
        at: payment.receivedAt,
        text: [wordOf(payment.method), printable(payment.reference)].filter(Boolean).join(' · '),
        minorUnits: payment.amountMinorUnits,
      })),
      ...refunds.map((refund) => ({ at: refund.refundedAt, text: 'Refund', minorUnits: -refund.amountMinorUnits })),
    ]
      .sort((a, b) => a.at.getTime() - b.at.getTime())
      .map(({ at, text, minorUnits }) => ({ day: day.format(at), text, amount: amount(minorUnits) })),
    note: noteOf(invoice, dueDay),
  }
}

function watermarkOf(status: InvoiceStatus): 'DRAFT' | 'VOID' | null {
  return status === InvoiceStatus.DRAFT || status === InvoiceStatus.VOID ? status : null
}

function noteOf({ status, number }: InvoiceRow, dueDay: string): string {
  switch (status) {
    case InvoiceStatus.DRAFT:
      return 'This is a draft. It can still change, and nothing has to be paid on it yet.'
    case InvoiceStatus.ISSUED:
    case InvoiceStatus.PARTIALLY_PAID:
      return `Please pay the balance by ${dueDay} and quote ${number}.`
    case InvoiceStatus.PAID:
      return 'Paid in full. Thank you.'
    case InvoiceStatus.VOID:
      return 'This invoice is void. Nothing has to be paid on it.'
    case InvoiceStatus.REFUNDED:
      return 'What was paid has been refunded. Nothing has to be paid any more.'
  }
}

/** A day of the calendar has no zone of its own. */
function calendarDay(locale: string, day: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`))
}

/** From the exact decimal, not from a float; with a true minus sign, which is as wide as a digit. */
function amountOf(figures: Intl.NumberFormat, amount: Amount): string {
  return figures.format(decimalOf(amount) as `${number}`).replace('-', '−')
}

/** `BANK_TRANSFER` becomes `Bank transfer`. */
function wordOf(code: string): string {
  const words = code.replaceAll('_', ' ').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
