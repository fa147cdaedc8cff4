import { permit } from '@caregraph/access'
import { expectVersion, inTransaction, type Transaction, updateVersioned } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { type Clinic, type Context, dayIn, requiredId } from '@caregraph/subgraph'
import { InvoiceRow } from './invoice.entity.js'
import { invoiceNumber, issued, requireDraft } from './invoice.rules.js'
import { invoiceFacts, lockInvoice, totalAmount } from './invoice.tables.js'

export async function issueInvoice(
  context: Context,
  givenId: string,
  expectedVersion: number | null | undefined,
): Promise<InvoiceRow> {
  permit(context.actor, 'invoice:issue')
  const now = context.now()
  const { clinic } = context
  const id = requiredId(givenId, 'id')

  return inTransaction(context, async (tx) => {
    const invoice = await lockInvoice(tx, id)
    expectVersion(invoice, expectedVersion)
    return issueDraft(tx, invoice, { clinic, now })
  })
}

/** Gives a locked draft its number and its day. */
export async function issueDraft(
  tx: Transaction,
  invoice: InvoiceRow,
  { clinic: { timeZone }, now }: { clinic: Clinic; now: Date },
): Promise<InvoiceRow> {
  requireDraft(invoice)
  const number = await nextNumber(tx, Number(dayIn(timeZone, now).slice(0, 4)))
  const saved = await updateVersioned(tx, InvoiceRow, invoice, issued(invoice, { number, at: now, timeZone }))
  const total = totalAmount(saved)
  await appendEvent(tx, 'InvoiceIssued', saved.id, { ...invoiceFacts(saved), total, issuedAt: now.toISOString() }, now)
  return saved
}

/** The year's next number. Others wait for it until this transaction ends, and get the same one when it is undone. */
async function nextNumber(tx: Transaction, year: number): Promise<string> {
  const [counter] = await tx.query<{ last_number: number }>(
    `INSERT INTO invoice_numbers AS counter (year, last_number) VALUES ($1, 1)
     ON CONFLICT (year) DO UPDATE SET last_number = counter.last_number + 1
     RETURNING last_number`,
    [year],
  )
  if (counter === undefined) throw new Error('the counter of invoice numbers gave no answer')
  return invoiceNumber(year, counter.last_number)
}
