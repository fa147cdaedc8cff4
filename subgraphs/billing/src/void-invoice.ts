import { permit } from '@caregraph/access'
import { expectVersion, inTransaction, type Transaction, updateVersioned } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { type Context, requiredId, requiredText } from '@caregraph/subgraph'
import { InvoiceRow } from './invoice.entity.js'
import { voided } from './invoice.rules.js'
import { invoiceFacts, lockInvoice, totalAmount } from './invoice.tables.js'

export interface VoidInvoice {
  id: string
  reason: string
  expectedVersion?: number | null | undefined
}

/** Nothing financial is deleted: the invoice keeps its number and its lines, and asks for no money any more. */
export async function voidInvoice(context: Context, input: VoidInvoice): Promise<InvoiceRow> {
  permit(context.actor, 'invoice:void')
  const now = context.now()
  const id = requiredId(input.id, 'id')
  const reason = requiredText(input.reason, 'reason', 500)

  return inTransaction(context, async (tx) => {
    const invoice = await lockInvoice(tx, id)
    expectVersion(invoice, input.expectedVersion)
    return saveVoid(tx, invoice, reason, now)
  })
}

/** Voids a locked invoice. */
export async function saveVoid(tx: Transaction, invoice: InvoiceRow, reason: string, now: Date): Promise<InvoiceRow> {
  const wasIssued = invoice.number !== null
  const saved = await updateVersioned(tx, InvoiceRow, invoice, voided(invoice, reason, now))
  const total = totalAmount(saved)
  await appendEvent(
    tx,
    'InvoiceVoided',
    saved.id,
    { ...invoiceFacts(saved), total, wasIssued, voidedAt: now.toISOString() },
    now,
  )
  return saved
}
