import { randomBytes } from 'node:crypto'
import { newId } from '@caregraph/database'
import { describe, expect, it } from 'vitest'
import { invoiceLink, linkSeconds, readInvoiceLink } from './invoice-link.js'

const key = randomBytes(32)
const now = new Date('2027-03-01T08:00:00Z')
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000)
const invoiceId = newId()
const link = () => new URL(invoiceLink(invoiceId, { publicUrl: 'https://clinic.example/', key, now }))
const read = (url: URL, { keys = [key], at = now } = {}) => readInvoiceLink(url, { keys, now: at })

describe('a link to a PDF', () => {
  it('begins with the address of the clinic and opens one invoice', () => {
    expect(link().href).toMatch(`https://clinic.example/invoices/${invoiceId}.pdf?`)
    expect(read(link())).toEqual({ kind: 'valid', invoiceId })
  })

  it('works for five minutes', () => {
    expect(read(link(), { at: later(linkSeconds - 1) }).kind).toBe('valid')
    expect(read(link(), { at: later(linkSeconds) }).kind).toBe('expired')
  })

  it('opens no other invoice, for no longer, and with no other signature', () => {
    const other = link()
    other.pathname = `/invoices/${newId()}.pdf`
    const longer = link()
    longer.searchParams.set('expires', String(Number(longer.searchParams.get('expires')) + 1))
    const guessed = link()
    guessed.searchParams.set('signature', randomBytes(32).toString('base64url'))
    const bare = link()
    bare.search = ''
    expect([other, longer, guessed, bare].map((url) => read(url).kind)).toEqual(Array(4).fill('forged'))
  })

  it('is believed as long as its key is, also when a newer one signs', () => {
    expect(read(link(), { keys: [randomBytes(32), key] }).kind).toBe('valid')
    expect(read(link(), { keys: [randomBytes(32)] }).kind).toBe('forged')
  })

  it.each(['/invoices/', '/invoices/7.pdf', `/invoices/${invoiceId}`, '/invoices/%00.pdf'])('is not %s', (path) => {
    expect(read(new URL(path, 'https://clinic.example')).kind).toBe('unknown')
  })
})
