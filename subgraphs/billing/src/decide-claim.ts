import { permit } from '@caregraph/access'
import { inTransaction, newId } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { badInput, Refusal } from '@caregraph/refusals'
import { type Amount, type Context, requiredId, requiredText } from '@caregraph/subgraph'
import { ClaimStatus, InsuranceClaimRow } from './claim.entity.js'
import type { DecideClaimInput } from './claim.type.js'
import { requirePositive } from './invoice.rules.js'
import { invoiceFacts, lockInvoice } from './invoice.tables.js'
import { PaymentMethod } from './payment.entity.js'
import { savePayment } from './record-payment.js'

/** An approval records the insurer's payment, of the amount claimed unless another was approved. */
export async function decideClaim(context: Context, input: DecideClaimInput): Promise<InsuranceClaimRow> {
  permit(context.actor, 'claim:decide')
  const now = context.now()
  const { clinic } = context
  const id = requiredId(input.id, 'id')
  const rejectionReason = input.approved ? null : requiredText(input.rejectionReason ?? '', 'rejectionReason', 500)
  if (input.approvedAmount) {
    if (!input.approved) throw badInput('approvedAmount', 'A rejected claim has none.')
    requirePositive(input.approvedAmount, 'approvedAmount')
  }

  return inTransaction(context, async (tx) => {
    const found = await tx.manager.findOneBy(InsuranceClaimRow, { id })
    if (found === null) throw new Refusal('NOT_FOUND')
    const invoice = await lockInvoice(tx, found.invoiceId)
    const claim = await tx.manager.findOneByOrFail(InsuranceClaimRow, { id })
    if (claim.status !== ClaimStatus.SUBMITTED) throw new Refusal('CLAIM_DECIDED')

    const approvedAmount = input.approved ? (input.approvedAmount ?? amountOf(claim)) : null
    if (approvedAmount !== null) {
      const payment = { id: newId(), amount: approvedAmount, method: PaymentMethod.INSURANCE, reference: claim.payer }
      await savePayment(tx, invoice, payment, { clinic, now })
    }
    const decision = {
      status: approvedAmount === null ? ClaimStatus.REJECTED : ClaimStatus.PAID,
      approvedMinorUnits: approvedAmount?.minorUnits ?? null,
      decidedAt: now,
      rejectionReason,
    }
    await tx.manager.update(InsuranceClaimRow, { id }, decision)
    const facts = { ...invoiceFacts(invoice), claimId: id, approvedAmount, decidedAt: now.toISOString() }
    await appendEvent(tx, 'ClaimDecided', invoice.id, facts, now)
    return Object.assign(claim, decision)
  })
}

const amountOf = ({ amountMinorUnits, currency }: InsuranceClaimRow): Amount => ({
  minorUnits: amountMinorUnits,
  currency,
})
