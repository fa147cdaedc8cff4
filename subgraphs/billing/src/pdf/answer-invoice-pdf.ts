import type { Readable } from 'node:stream'
import { type Room, streamOf } from '@caregraph/subgraph'
import { In } from 'typeorm'
import { InvoiceLineRow, InvoiceRow } from '../invoice.entity.js'
import { PaymentRow, RefundRow } from '../payment.entity.js'
import { readInvoiceLink } from './invoice-link.js'
import { invoicePaper } from './invoice-paper.js'
import { linkKeys } from './link-keys.js'
import { printedNames } from './printed-names.js'

const refusals = {
  unknown: { status: 404, text: 'There is no such invoice.' },
  forged: { status: 403, text: 'This link is not valid. Open the invoice again to get a new one.' },
  expired: { status: 410, text: 'This link has expired. Open the invoice again to get a new one.' },
}

/** GET /invoices/<id>.pdf: the signature in the link is all that is asked for. */
export async function answerInvoicePdf(request: Request, room: Room<unknown>): Promise<Response> {
  const { clinic, database } = room
  const now = room.now()
  const link = readInvoiceLink(new URL(request.url), { keys: await linkKeys(database), now })
  if (link.kind !== 'valid') return refuse(link.kind)
  const invoice = await database.manager.findOneBy(InvoiceRow, { id: link.invoiceId })
  if (invoice === null) return refuse('unknown')

  const order = { id: 'ASC' } as const
  const [lines, payments, names] = await Promise.all([
    database.manager.find(InvoiceLineRow, { where: { invoiceId: invoice.id }, order }),
    database.manager.find(PaymentRow, { where: { invoiceId: invoice.id }, order }),
    printedNames(database, invoice.id),
  ])
  const refunds = await database.manager.find(RefundRow, {
    where: { paymentId: In(payments.map(({ id }) => id)) },
    order,
  })
  // The fonts and what draws with them are only loaded once somebody wants a PDF.
  const [{ drawInvoice }, { canPrint }] = await Promise.all([import('./draw-invoice.js'), import('./fonts.js')])
  const paper = invoicePaper({ invoice, lines, payments, refunds, names }, clinic, canPrint)
  return pdfResponse(drawInvoice(paper, now), `invoice-${invoice.number ?? 'draft'}.pdf`)
}

/** Whoever stops reading ends the document too. */
export function pdfResponse(document: Readable, fileName: string): Response {
  return new Response(streamOf(document), {
    headers: {
      'content-type': 'application/pdf',
      'content-disposition': `inline; filename="${fileName}"`,
      'cache-control': 'private, no-store',
    },
  })
}

function refuse(kind: keyof typeof refusals): Response {
  const { status, text } = refusals[kind]
  return new Response(text, { status, headers: { 'content-type': 'text/plain', 'cache-control': 'no-store' } })
}
