import { permit } from '@caregraph/access'
import { expectVersion, inTransaction, newId, updateVersioned } from '@caregraph/database'
import { type Context, requiredId, requiredText } from '@caregraph/subgraph'
import { InvoiceLineRow, InvoiceRow } from './invoice.entity.js'
import { requireCurrency, requireDraft, totalWithLine } from './invoice.rules.js'
import { linesOf, lockInvoice } from './invoice.tables.js'
import type { AddInvoiceLineInput } from './invoice.type.js'

export async function addInvoiceLine(context: Context, input: AddInvoiceLineInput): Promise<InvoiceRow> {
  permit(context.actor, 'invoice:edit')
  const invoiceId = requiredId(input.invoiceId, 'invoiceId')
  const line = {
    id: newId(),
    invoiceId,
    kind: input.kind,
    description: requiredText(input.description, 'description', 200),
    quantity: input.quantity ?? 1,
    unitPriceMinorUnits: input.unitPrice.minorUnits,
    currency: input.unitPrice.currency,
  }

  return inTransaction(context, async (tx) => {
    const invoice = await lockInvoice(tx, invoiceId)
    expectVersion(invoice, input.expectedVersion)
    requireDraft(invoice)
    requireCurrency(invoice, input.unitPrice)
    const totalMinorUnits = totalWithLine(await linesOf(tx, invoice), line)

    await tx.manager.insert(InvoiceLineRow, line)
    return updateVersioned(tx, InvoiceRow, invoice, { totalMinorUnits })
  })
}
