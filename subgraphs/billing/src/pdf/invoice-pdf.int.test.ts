import { newId, queryRows } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import type { Peers } from '@caregraph/subgraph'
import { anActor } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BillingUnderTest, biller, openBilling } from '../billing-under-test.js'
import { invoiceLink } from './invoice-link.js'
import { linkKeys, renewLinkKeys } from './link-keys.js'
import { forgetNames } from './printed-names.js'
import { readPdf } from './read-pdf.js'

const people: Record<string, object> = {
  patient: { name: 'Ada Lovelace', address: '12 St James Square' },
  doctor: { name: 'Grace Hopper' },
  appointment: { serviceType: { name: 'General consultation' } },
}
const closed = new Set<string>()
const asked: (string | undefined)[] = []
const peers: Peers = {
  async entities({ subgraph, ids }, { token }) {
    asked.push(token)
    if (closed.has(subgraph)) throw new Refusal('SERVICE_UNAVAILABLE', { subgraph })
    return new Map(ids.map((id) => [id, people[subgraph]])) as never
  },
}

let clinic: BillingUnderTest
beforeAll(async () => {
  clinic = await openBilling({ peers })
})
afterAll(() => clinic.stop())

const link = async (invoiceId: string, actor = biller) =>
  (
    await clinic.answer<{ pdfUrl: string }>(
      'query ($id: ID!) { invoice(id: $id) { pdfUrl } }',
      { id: invoiceId },
      actor,
    )
  ).pdfUrl
const opened = (url: string) => clinic.running.fetch(new Request(url))
const textOf = async (response: Response) => readPdf(new Uint8Array(await response.arrayBuffer())).flat()
const keptNames = (invoiceId: string) =>
  queryRows(clinic.database, 'SELECT 1 FROM printed_names WHERE invoice_id = $1', [invoiceId])

describe('pdfUrl', () => {
  it('leads to the PDF, without a token and without a word about anybody in it', async () => {
    const { invoiceId } = await clinic.booked()
    const url = await link(invoiceId)
    expect(url).toMatch(/^http:\/\/localhost:4004\/invoices\/[\w-]+\.pdf\?expires=\d+&signature=[\w-]+$/)
    const response = await opened(url)
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'application/pdf',
      'content-disposition': 'inline; filename="invoice-draft.pdf"',
      'cache-control': 'private, no-store',
    })
    expect(await textOf(response)).toEqual(
      expect.arrayContaining(['DRAFT', 'Ada Lovelace', '12 St James Square', 'Grace Hopper', 'General consultation']),
    )
    expect(new Set(asked)).toEqual(new Set([biller.token]))
  })

  it('leads to a PDF with the number once the invoice is issued', async () => {
    const { invoiceId } = await clinic.booked()
    await clinic.paid(invoiceId, 12_050)
    const response = await opened(await link(invoiceId))
    const { number } = await clinic.invoice(invoiceId)
    expect(response.headers.get('content-disposition')).toBe(`inline; filename="invoice-${number}.pdf"`)
    expect(await textOf(response)).toEqual(expect.arrayContaining([number, 'PAID', '0.00 USD']))
  })

  it('is made for the patient himself, and for nobody who may not read the invoice', async () => {
    const { booking, invoiceId } = await clinic.booked()
    const himself = anActor({ id: booking.data.patientId, roles: ['PATIENT'] })
    expect((await opened(await link(invoiceId, himself))).status).toBe(200)
    const query = 'query ($id: ID!) { invoice(id: $id) { pdfUrl } }'
    expect(await clinic.ask(query, { id: invoiceId }, anActor({ roles: ['PATIENT'] }))).toEqual({
      data: { invoice: null },
    })
    expect(await clinic.refusals(query, { id: invoiceId }, anActor({ roles: ['DOCTOR'] }))).toEqual(['FORBIDDEN'])
  })

  it('leads to a PDF with ids where the departments that know the names do not answer', async () => {
    const { booking, invoiceId } = await clinic.booked()
    for (const subgraph of Object.keys(people)) closed.add(subgraph)
    const url = await link(invoiceId)
    closed.clear()
    const texts = await textOf(await opened(url))
    expect(texts).toEqual(expect.arrayContaining([booking.data.patientId, 'consultation']))
  })

  it('is made for a whole list, and for one invoice twice in a request', async () => {
    const { booking, invoiceId } = await clinic.booked()
    const { a, b } = await clinic
      .ask(
        `query ($id: ID!, $patientId: ID!) {
           a: invoice(id: $id) { pdfUrl }
           b: invoices(patientId: $patientId) { edges { node { pdfUrl } } } }`,
        { id: invoiceId, patientId: booking.data.patientId },
        biller,
      )
      .then(({ data }) => data as unknown as { a: { pdfUrl: string }; b: { edges: { node: { pdfUrl: string } }[] } })
    expect(b.edges.map(({ node }) => node.pdfUrl)).toEqual([a.pdfUrl])
  })

  it('asks each department once, however long the list is', async () => {
    const { patientId } = (await clinic.booked()).booking.data
    for (let count = 0; count < 3; count++) await clinic.booked({ patientId })
    asked.length = 0
    await clinic.answer(
      'query ($patientId: ID!) { invoices(patientId: $patientId) { edges { node { pdfUrl } } } }',
      { patientId },
      biller,
    )
    expect(asked).toHaveLength(3)
  })
})

describe('a link', () => {
  it('that was changed is not valid, and one of more than five minutes has expired', async () => {
    const { invoiceId } = await clinic.booked()
    const other = await clinic.booked()
    const url = await link(invoiceId)
    expect((await opened(url.replace(invoiceId, other.invoiceId))).status).toBe(403)
    expect((await opened(`${url.slice(0, -4)}AAAA`)).status).toBe(403)
    expect((await opened(url.replace(/\?.*/, ''))).status).toBe(403)
    clinic.clock.advance(300_000)
    const expired = await opened(url)
    expect([expired.status, await expired.text()]).toEqual([
      410,
      'This link has expired. Open the invoice again to get a new one.',
    ])
  })

  it('to what is not there is answered with 404', async () => {
    const [key] = await linkKeys(clinic.database)
    if (key === undefined) throw new Error('no key')
    const url = invoiceLink(newId(), { publicUrl: 'http://localhost:4004', key, now: clinic.clock.now() })
    expect((await opened(url)).status).toBe(404)
    expect((await opened('http://localhost:4004/invoices/7.pdf')).status).toBe(404)
  })

  it('goes on working while a new key takes over, which happens once in 30 days', async () => {
    const { invoiceId } = await clinic.booked()
    const room = { database: clinic.database, now: clinic.clock.now } as Parameters<typeof renewLinkKeys>[0]
    await renewLinkKeys(room)
    clinic.clock.advance(30 * 86_400_000 - 60_000)
    const url = await link(invoiceId)
    const [old] = await linkKeys(clinic.database)
    clinic.clock.advance(60_000)
    await renewLinkKeys(room)
    await renewLinkKeys(room)
    const keys = await linkKeys(clinic.database)
    expect(keys.slice(1)).toEqual([old])
    expect((await opened(url)).status).toBe(200)
  })
})

describe('the names that a PDF needs', () => {
  it('are forgotten when the last link to it has expired', async () => {
    const { invoiceId } = await clinic.booked()
    await link(invoiceId)
    clinic.clock.advance(200_000)
    await link(invoiceId)
    clinic.clock.advance(299_000)
    await forgetNames({ database: clinic.database, now: clinic.clock.now })
    expect(await keptNames(invoiceId)).toHaveLength(1)
    clinic.clock.advance(1_000)
    await forgetNames({ database: clinic.database, now: clinic.clock.now })
    expect(await keptNames(invoiceId)).toHaveLength(0)
  })
})
