import { permit } from '@caregraph/access'
import { inTransaction, newId, repeatOf, type Transaction, updateVersioned } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { type Amount, type Clinic, type Context, optionalText, requiredId } from '@caregraph/subgraph'
import { InvoiceRow, InvoiceStatus } from './invoice.entity.js'
import { paid, requirePositive } from './invoice.rules.js'
import { invoiceFacts, lockInvoice } from './invoice.tables.js'
import { issueDraft } from './issue-invoice.js'
import { type PaymentMethod, PaymentRow } from './payment.entity.js'
import type { RecordPaymentInput } from './payment.type.js'

/** The first payment issues a draft. What is more than the balance is refused, however many pay at the same time. */
export async function recordPayment(context: Context, input: RecordPaymentInput): Promise<PaymentRow> {
  const actor = permit(context.actor, 'payment:record')
  const now = context.now()
  const { clinic } = context
  const { amount, method, idempotencyKey } = input
  const invoiceId = requiredId(input.invoiceId, 'invoiceId')
  const reference = optionalText(input.reference ?? null, 'reference', 200)
  requirePositive(amount, 'amount')
  const id = newId()

  return inTransaction(context, async (tx) => {
    const attempt = { callerId: actor.id, key: idempotencyKey, act: 'recordPayment', input, resultId: id, now }
    const first = await repeatOf(tx, attempt)
    if (first !== undefined) return tx.manager.findOneByOrFail(PaymentRow, { id: first })

    const invoice = await lockInvoice(tx, invoiceId)
    return savePayment(tx, invoice, { id, amount, method, reference }, { clinic, now })
  })
}

/** Takes a payment on a locked invoice, and issues it first where it is a draft. */
export async function savePayment(
  tx: Transaction,
  invoice: InvoiceRow,
  given: { id: string; amount: Amount; method: PaymentMethod; reference: string | null },
  { clinic, now }: { clinic: Clinic; now: Date },
): Promise<PaymentRow> {
  const changes = paid(invoice, given.amount)
  if (invoice.status === InvoiceStatus.DRAFT) await issueDraft(tx, invoice, { clinic, now })
  await updateVersioned(tx, InvoiceRow, invoice, changes)
  const payment: PaymentRow = {
    id: given.id,
    invoiceId: invoice.id,
    patientId: invoice.patientId,
    method: given.method,
    reference: given.reference,
    amountMinorUnits: given.amount.minorUnits,
    refundedMinorUnits: 0,
    currency: given.amount.currency,
    receivedAt: now,
  }
  await tx.manager.insert(PaymentRow, payment)
  const { id: paymentId, method } = payment
  const facts = { ...invoiceFacts(invoice), paymentId, amount: given.amount, method, receivedAt: now.toISOString() }
  await appendEvent(tx, 'PaymentRecorded', invoice.id, facts, now)
  return payment
}
