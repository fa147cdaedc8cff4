import { permit } from '@caregraph/access'
import { expectVersion, inTransaction, updateVersioned } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import { type Context, requiredId } from '@caregraph/subgraph'
import { InvoiceLineRow, InvoiceRow } from './invoice.entity.js'
import { requireDraft, totalOf } from './invoice.rules.js'
import { linesOf, lockInvoice } from './invoice.tables.js'

export interface RemoveInvoiceLine {
  invoiceId: string
  lineId: string
  expectedVersion: number | null | undefined
}

export async function removeInvoiceLine(context: Context, input: RemoveInvoiceLine): Promise<InvoiceRow> {
  permit(context.actor, 'invoice:edit')
  const invoiceId = requiredId(input.invoiceId, 'invoiceId')
  const lineId = requiredId(input.lineId, 'lineId')

  return inTransaction(context, async (tx) => {
    const invoice = await lockInvoice(tx, invoiceId)
    expectVersion(invoice, input.expectedVersion)
    requireDraft(invoice)
    const lines = await linesOf(tx, invoice)
    const others = lines.filter(({ id }) => id !== lineId)
    if (others.length === lines.length) throw new Refusal('NOT_FOUND')

    await tx.manager.delete(InvoiceLineRow, { id: lineId })
    return updateVersioned(tx, InvoiceRow, invoice, { totalMinorUnits: totalOf(others) })
  })
}
