import { may } from '@caregraph/access'
import type { Batch } from '@caregraph/subgraph'
import { In } from 'typeorm'
import { PaymentRow, RefundRow } from './payment.entity.js'
import { rowsOfOwners } from './rows-of-owners.js'

/** The payments of these ids that the actor may see. */
export const loadPayments: Batch<string, PaymentRow> = async (ids, { actor, database }) => {
  const rows = await database.manager.findBy(PaymentRow, { id: In([...ids]) })
  return new Map(rows.filter((row) => may(actor, 'invoice:read', row.patientId)).map((row) => [row.id, row]))
}

export const loadPaymentsOfInvoices = rowsOfOwners(PaymentRow, 'invoiceId')

export const loadRefunds = rowsOfOwners(RefundRow, 'paymentId')
