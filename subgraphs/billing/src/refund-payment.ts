import { permit } from '@caregraph/access'
import { inTransaction, newId, repeatOf, updateVersioned } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { Refusal } from '@caregraph/refusals'
import { type Context, requiredId, requiredText } from '@caregraph/subgraph'
import { InvoiceRow } from './invoice.entity.js'
import { refunded, requirePositive } from './invoice.rules.js'
import { invoiceFacts, lockInvoice } from './invoice.tables.js'
import { PaymentRow, RefundRow } from './payment.entity.js'
import type { RefundPaymentInput } from './payment.type.js'

/** Gives back money of one payment, at most what is left of it. The payment itself is never changed or deleted. */
export async function refundPayment(context: Context, input: RefundPaymentInput): Promise<PaymentRow> {
  const actor = permit(context.actor, 'payment:refund')
  const now = context.now()
  const { amount, idempotencyKey } = input
  const paymentId = requiredId(input.paymentId, 'paymentId')
  const reason = requiredText(input.reason, 'reason', 500)
  requirePositive(amount, 'amount')

  return inTransaction(context, async (tx) => {
    const attempt = { callerId: actor.id, key: idempotencyKey, act: 'refundPayment', input, resultId: paymentId, now }
    const first = await repeatOf(tx, attempt)
    if (first !== undefined) return tx.manager.findOneByOrFail(PaymentRow, { id: first })

    const found = await tx.manager.findOneBy(PaymentRow, { id: paymentId })
    if (found === null) throw new Refusal('NOT_FOUND')
    const invoice = await lockInvoice(tx, found.invoiceId)
    const payment = await tx.manager.findOneByOrFail(PaymentRow, { id: paymentId })

    await updateVersioned(tx, InvoiceRow, invoice, refunded(invoice, payment, amount))
    const refund = { id: newId(), paymentId, reason, refundedAt: now }
    await tx.manager.insert(RefundRow, {
      ...refund,
      amountMinorUnits: amount.minorUnits,
      currency: amount.currency,
    })
    payment.refundedMinorUnits += amount.minorUnits
    await tx.manager.update(PaymentRow, { id: paymentId }, { refundedMinorUnits: payment.refundedMinorUnits })
    const facts = { ...invoiceFacts(invoice), paymentId, refundId: refund.id, amount, refundedAt: now.toISOString() }
    await appendEvent(tx, 'PaymentRefunded', invoice.id, facts, now)
    return payment
  })
}
