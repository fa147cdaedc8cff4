import type { Batch } from '@caregraph/subgraph'
import type { InvoiceRow } from '../invoice.entity.js'
import { invoiceLink, linkSeconds } from './invoice-link.js'
import { linkKeys } from './link-keys.js'
import { keepNames } from './printed-names.js'

/** The link carries the right to read with it: it is made for invoices only that the caller was let through to. */
export const loadPdfUrls: Batch<InvoiceRow, string> = async (invoices, context) => {
  const now = context.now()
  const { publicUrl } = context.clinic
  const [[key]] = await Promise.all([
    linkKeys(context.database),
    keepNames(context, onePerId(invoices), new Date(now.getTime() + linkSeconds * 1000)),
  ])
  if (key === undefined) throw new Error('there is no key to sign links with')
  return new Map(invoices.map((invoice) => [invoice, invoiceLink(invoice.id, { publicUrl, key, now })]))
}

/** One statement may not write the same row twice. */
function onePerId(invoices: readonly InvoiceRow[]): InvoiceRow[] {
  return [...new Map(invoices.map((invoice) => [invoice.id, invoice])).values()]
}
