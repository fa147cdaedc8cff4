import { permit } from '@caregraph/access'
import { inTransaction, newId, repeatOf } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { type Context, requiredId, requiredText } from '@caregraph/subgraph'
import { ClaimStatus, InsuranceClaimRow } from './claim.entity.js'
import type { SubmitClaimInput } from './claim.type.js'
import { requireCurrency, requirePayable, requirePositive } from './invoice.rules.js'
import { invoiceFacts, lockInvoice } from './invoice.tables.js'

/** Asks an insurer to pay. Claims may overlap, since what the insurers decide is not known yet. */
export async function submitClaim(context: Context, input: SubmitClaimInput): Promise<InsuranceClaimRow> {
  const actor = permit(context.actor, 'claim:submit')
  const now = context.now()
  const { amount, idempotencyKey } = input
  const invoiceId = requiredId(input.invoiceId, 'invoiceId')
  const payer = requiredText(input.payer, 'payer', 200)
  const memberNumber = requiredText(input.memberNumber, 'memberNumber', 100)
  requirePositive(amount, 'amount')
  const id = newId()

  return inTransaction(context, async (tx) => {
    const attempt = { callerId: actor.id, key: idempotencyKey, act: 'submitClaim', input, resultId: id, now }
    const first = await repeatOf(tx, attempt)
    if (first !== undefined) return tx.manager.findOneByOrFail(InsuranceClaimRow, { id: first })

    const invoice = await lockInvoice(tx, invoiceId)
    requirePayable(invoice)
    requireCurrency(invoice, amount)
    const claim: InsuranceClaimRow = {
      id,
      invoiceId,
      patientId: invoice.patientId,
      payer,
      memberNumber,
      amountMinorUnits: amount.minorUnits,
      approvedMinorUnits: null,
      currency: amount.currency,
      status: ClaimStatus.SUBMITTED,
      submittedAt: now,
      decidedAt: null,
      rejectionReason: null,
    }
    await tx.manager.insert(InsuranceClaimRow, claim)
    const facts = { ...invoiceFacts(invoice), claimId: id, amount, submittedAt: now.toISOString() }
    await appendEvent(tx, 'ClaimSubmitted', invoice.id, facts, now)
    return claim
  })
}
