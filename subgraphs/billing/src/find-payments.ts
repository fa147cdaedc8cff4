import { may } from '@caregraph/access'
import { type Batch, groupedBy } from '@caregraph/subgraph'
import { In } from 'typeorm'
import type { InvoiceRow } from './invoice.entity.js'
import { PaymentRow, RefundRow } from './payment.entity.js'

/** The payments of these ids that the actor may see. */
export const loadPayments: Batch<string, PaymentRow> = async (ids, { actor, database }) => {
  const rows = await database.manager.findBy(PaymentRow, { id: In([...ids]) })
  return new Map(rows.filter((row) => may(actor, 'invoice:read', row.patientId)).map((row) => [row.id, row]))
}

export const loadPaymentsOfInvoices: Batch<InvoiceRow, PaymentRow[]> = async (invoices, { database }) => {
  const rows = await database.manager.find(PaymentRow, {
    where: { invoiceId: In(invoices.map(({ id }) => id)) },
    order: { id: 'ASC' },
  })
  const byInvoice = groupedBy(rows, ({ invoiceId }) => invoiceId)
  return new Map(invoices.map((invoice) => [invoice, byInvoice.get(invoice.id) ?? []]))
}

export const loadRefunds: Batch<PaymentRow, RefundRow[]> = async (payments, { database }) => {
  const rows = await database.manager.find(RefundRow, {
    where: { paymentId: In(payments.map(({ id }) => id)) },
    order: { id: 'ASC' },
  })
  const byPayment = groupedBy(rows, ({ paymentId }) => paymentId)
  return new Map(payments.map((payment) => [payment, byPayment.get(payment.id) ?? []]))
}
