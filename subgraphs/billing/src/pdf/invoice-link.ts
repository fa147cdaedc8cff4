import { createHmac, timingSafeEqual } from 'node:crypto'
import { isId } from '@caregraph/database'

/** Long enough to open a document that was just asked for, too short to be handed around. */
export const linkSeconds = 300

/** The link says which invoice and until when, and nothing about anybody. Whoever has it may open the PDF. */
export function invoiceLink(
  invoiceId: string,
  { publicUrl, key, now }: { publicUrl: string; key: Buffer; now: Date },
): string {
  const expires = Math.floor(now.getTime() / 1000) + linkSeconds
  const signature = sign(invoiceId, expires, key).toString('base64url')
  return `${publicUrl.replace(/\/+$/, '')}/invoices/${invoiceId}.pdf?expires=${expires}&signature=${signature}`
}

export type ReadLink =
  | { readonly kind: 'valid'; readonly invoiceId: string }
  | { readonly kind: 'unknown' | 'forged' | 'expired' }

/** Only a link that one of the keys has signed is told that it expired. */
export function readInvoiceLink(link: URL, { keys, now }: { keys: readonly Buffer[]; now: Date }): ReadLink {
  const invoiceId = /\/invoices\/([^/]+)\.pdf$/.exec(link.pathname)?.[1]
  if (invoiceId === undefined || !isId(invoiceId)) return { kind: 'unknown' }
  const expires = Number(link.searchParams.get('expires'))
  const signature = Buffer.from(link.searchParams.get('signature') ?? '', 'base64url')
  const isSigned = keys.some((key) => isSame(signature, sign(invoiceId, expires, key)))
  if (!isSigned) return { kind: 'forged' }
  return expires * 1000 > now.getTime() ? { kind: 'valid', invoiceId } : { kind: 'expired' }
}

function sign(invoiceId: string, expires: number, key: Buffer): Buffer {
  return createHmac('sha256', key).update(`invoice-pdf ${invoiceId} ${expires}`).digest()
}

/** In a time that does not tell how much of it was right. */
function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected)
}
