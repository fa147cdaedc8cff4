import type { Transaction } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import type { Amount } from '@caregraph/subgraph'
import { InvoiceLineRow, InvoiceRow } from './invoice.entity.js'

/**
 * The invoice's row, which nobody else changes until this transaction ends. Its lines, payments, refunds and claims
 * are written under this one lock too. Refuses with NOT_FOUND.
 */
export async function lockInvoice(tx: Transaction, id: string): Promise<InvoiceRow> {
  const invoice = await tx.manager.findOne(InvoiceRow, { where: { id }, lock: { mode: 'pessimistic_write' } })
  if (invoice === null) throw new Refusal('NOT_FOUND')
  return invoice
}

export function linesOf(tx: Transaction, { id }: InvoiceRow): Promise<InvoiceLineRow[]> {
  return tx.manager.find(InvoiceLineRow, { where: { invoiceId: id }, order: { id: 'ASC' } })
}

export const totalAmount = ({ totalMinorUnits, currency }: InvoiceRow): Amount => ({
  minorUnits: totalMinorUnits,
  currency,
})

/** What every event about an invoice says of it. */
export function invoiceFacts({ id, patientId, appointmentId, doctorId, serviceType }: InvoiceRow) {
  return { invoiceId: id, patientId, appointmentId, doctorId, serviceType }
}
