import { may } from '@caregraph/access'
import { isId, queryRows } from '@caregraph/database'
import { type Batch, Money } from '@caregraph/subgraph'
import { In } from 'typeorm'
import { BillingAccountRow } from './account.entity.js'
import { InvoiceStatus } from './invoice.entity.js'

/** The accounts of these ids that the actor may see. */
export const loadAccounts: Batch<string, BillingAccountRow> = async (ids, { actor, database }) => {
  const rows = await database.manager.findBy(BillingAccountRow, { id: In([...ids]) })
  return new Map(rows.filter((row) => may(actor, 'invoice:read', row.patientId)).map((row) => [row.id, row]))
}

/** By patient, the accounts that the actor may see. */
export const loadAccountsOfPatients: Batch<string, BillingAccountRow> = async (patientIds, { actor, database }) => {
  const visible = patientIds.filter((id) => isId(id) && may(actor, 'invoice:read', id))
  const rows = await database.manager.findBy(BillingAccountRow, { patientId: In(visible) })
  return new Map(rows.map((row) => [row.patientId, row]))
}

/** What the patient still has to pay on invoices in the clinic's currency. A draft is not asked for yet. */
export const loadBalances: Batch<BillingAccountRow, Money> = async (accounts, { clinic: { currency }, database }) => {
  const rows = await queryRows<{ patient_id: string; balance: number }>(
    database,
    `SELECT patient_id, sum(total_minor_units - paid_minor_units)::bigint AS balance FROM invoices
     WHERE patient_id = ANY ($1) AND status = ANY ($2) AND currency = $3 GROUP BY patient_id`,
    [accounts.map(({ patientId }) => patientId), [InvoiceStatus.ISSUED, InvoiceStatus.PARTIALLY_PAID], currency],
  )
  const balances = new Map(rows.map(({ patient_id, balance }) => [patient_id, balance]))
  return new Map(
    accounts.map((account) => [account, new Money({ minorUnits: balances.get(account.patientId) ?? 0, currency })]),
  )
}
