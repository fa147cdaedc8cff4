import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { type Client, signIn } from './client.js'
import { aDoctor, aPatientWhoSignsIn, aUser, aVisit, inHours, invoiceOf, type Person } from './people.js'

const url = inject('clinicUrl')
const startsAt = inHours(400)
let admin: Client
let ada: Person
let ben: Person
/** All that is Ben's: each would be recognised in an answer. */
let bens: Record<string, string>
let doctorId: string
let adasPdf: string
let bensPdf: string
beforeAll(async () => {
  admin = await signIn(url)
  ada = await aPatientWhoSignsIn(url, { name: 'Ada Reader' })
  // One word of letters and digits, so that it is also the same where names are sorted.
  const secret = `w${randomUUID().replaceAll('-', '')}`
  ben = await aPatientWhoSignsIn(url, {
    name: `Benedikt ${secret}`,
    email: `${secret}@ben.example`,
    phone: '+14155550177',
    address: `${secret} Street`,
    dateOfBirth: '1955-05-05',
    identifiers: [{ system: 'urn:record', value: `record-${secret}` }],
    insurancePolicies: [{ payer: 'Payer', memberNumber: `member-${secret}`, validFrom: '2020-01-01' }],
  })
  doctorId = await aDoctor(admin)
  const appointmentId = await book(ben.id, startsAt, `notes ${secret}`)
  const invoiceId = await invoiceOf(admin, appointmentId)
  const paymentId = await pay(invoiceId)
  const account = ben.client.account.email
  bens = { secret, account, phone: '4155550177', id: ben.id, appointmentId, invoiceId, paymentId, born: '1955-05-05' }
  const adasInvoice = await invoiceOf(admin, await book(ada.id, inHours(401), 'none'))
  adasPdf = await pdfUrlOf(ada.client, adasInvoice)
  bensPdf = await pdfUrlOf(ben.client, invoiceId)
})

const book = (patientId: string, at: string, notes: string) =>
  aVisit(admin, { patientId, doctorId, startsAt: at, notes })

async function pay(invoiceId: string): Promise<string> {
  const billing = await aUser(url, admin, ['BILLING'])
  const { recordPayment } = await billing.get<{ recordPayment: { id: string } }>(
    'mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { id } }',
    { input: { invoiceId, amount: { minorUnits: 100, currency: 'USD' }, method: 'CASH' } },
  )
  return recordPayment.id
}

async function pdfUrlOf(client: Client, id: string): Promise<string> {
  const { invoice } = await client.get<{ invoice: { pdfUrl: string } }>(
    'query ($id: ID!) { invoice(id: $id) { pdfUrl } }',
    { id },
  )
  return invoice.pdfUrl
}

const person = '{ id name email phone address dateOfBirth identifiers { value } insurancePolicies { memberNumber } }'
const visit = `{ id startsAt notes patient ${person} invoice { id patient ${person} } }`
const invoice = `{ id patient ${person} payments { id } appointment ${visit} lines { description } pdfUrl }`

/** Every way in to a person, in the words of who knows Ben's ids. */
const ways: Record<string, string> = {
  'the patient': `patient(id: $id) ${person}`,
  'the list of patients': `patients(first: 100, includeArchived: true) { edges { cursor node ${person} } }`,
  'a search by name': `patients(search: $secret) { totalCount edges { node ${person} } }`,
  'a search by e-mail': `patients(search: $email) { totalCount edges { node ${person} } }`,
  'a search by phone': `patients(search: $phone) { totalCount edges { node ${person} } }`,
  'an identifier': `patients(identifier: { system: "urn:record", value: $record }) { totalCount edges { node ${person} } }`,
  'the visit': `appointment(id: $appointmentId) ${visit}`,
  'the list of visits': `appointments(first: 100) { edges { cursor node ${visit} } }`,
  'his visits': `appointments(filter: { patientId: $id }) { totalCount edges { node ${visit} } }`,
  "the doctor's visits": `doctor(id: $doctorId) { appointments(first: 100) { edges { node ${visit} } } }`,
  'his own list of visits': `patient(id: $id) { appointments { totalCount edges { node ${visit} } } }`,
  'the invoice': `invoice(id: $invoiceId) ${invoice}`,
  'the list of invoices': `invoices(first: 100) { edges { cursor node ${invoice} } }`,
  'his invoices': `invoices(patientId: $id) { totalCount edges { node ${invoice} } }`,
  'his account': `patient(id: $id) { billingAccount { id balance { decimal } } invoices { edges { node ${invoice} } } }`,
  'the claims': `claims(first: 100) { edges { node { id invoice ${invoice} } } }`,
  'the user': 'user(id: $id) { id name email sessions { id userAgent } }',
  'the list of users': 'users(first: 100) { edges { node { id name email } } }',
  'a search for the user': 'users(search: $account) { edges { node { id name email } } }',
  'a count of patients': 'patients(search: $secret, includeArchived: true) { totalCount }',
  'a count of visits': 'appointments(filter: { patientId: $id }) { totalCount edges { cursor } }',
  'a count of invoices': 'invoices(patientId: $id) { totalCount edges { cursor } }',
  'a count of users': 'users(search: $account) { totalCount edges { cursor } }',
  'the cursors of patients':
    'patients(first: 100, includeArchived: true) { edges { cursor } pageInfo { startCursor endCursor } }',
  'the cursors of visits': 'doctor(id: $doctorId) { appointments(first: 100) { edges { cursor } } }',
  'the cursors of invoices': 'invoices(first: 100) { edges { cursor } pageInfo { startCursor endCursor } }',
  'the cursors of users': 'users(first: 100) { edges { cursor } pageInfo { startCursor endCursor } }',
  'the entities': `_entities(representations: [{ __typename: "Patient", id: $id }]) { ... on Patient ${person} }`,
  'the service': '_service { sdl }',
  'a node': `node(id: $id) { ... on Patient ${person} }`,
  'the calendar': 'doctor(id: $doctorId) { calendar { timeOff { startsAt } } }',
}

const notInTheGraph = new Set(['the entities', 'the service', 'a node', 'the calendar'])

const acts: Record<string, string> = {
  'an update': 'updatePatient(input: { id: $id, address: "here" }) { id name email }',
  'archiving him': 'archivePatient(id: $id, reason: "none") { id name }',
  'restoring him': 'restorePatient(id: $id) { id name }',
  'his e-mail for herself': 'updatePatient(input: { id: $own, email: $email }) { id }',
  'his number for herself':
    'updatePatient(input: { id: $own, identifiers: [{ system: "urn:record", value: $record }] }) { id }',
  'a visit for him': `bookAppointment(input: { patientId: $id, doctorId: $doctorId, serviceType: "VISIT", startsAt: "${inHours(500)}" }) ${visit}`,
  'his slot for herself': `bookAppointment(input: { patientId: $own, doctorId: $doctorId, serviceType: "VISIT", startsAt: "${startsAt}" }) ${visit}`,
  'calling him off': `cancelAppointment(input: { id: $appointmentId, reason: OTHER }) ${visit}`,
  'checking him in': `checkInAppointment(id: $appointmentId) ${visit}`,
  'paying for him':
    'recordPayment(input: { invoiceId: $invoiceId, amount: { minorUnits: 1, currency: "USD" }, method: CASH }) { id }',
  'voiding his invoice': 'voidInvoice(id: $invoiceId, reason: "none") { id }',
  'his account':
    'register(input: { name: "Ben", email: $account, password: "twelve-or-more-characters" }) { user { id name } }',
}

describe('patient A learns not a byte of patient B', () => {
  it.each(Object.entries(ways))('by %s', async (name, way) => {
    const answer = await asked('query', way)
    expectNothingOfBen(answer)
    expect(answer).not.toMatch(/"totalCount":[1-9]/)
    expect(answer.includes('GRAPHQL_VALIDATION_FAILED')).toBe(notInTheGraph.has(name))
  })

  it.each(Object.entries(acts))('by %s', async (_, act) => {
    const answer = await asked('mutation', act)
    expectNothingOfBen(answer)
    expect(answer).not.toContain('GRAPHQL_VALIDATION_FAILED')
  })

  it('by the live feed', async () => {
    const feed = ada.client.subscribe(
      `subscription ($id: ID) { appointmentStatusChanged(patientId: $id) { status appointment ${visit} } }`,
      { id: ben.id },
    )
    const everything = ada.client.subscribe(`subscription { appointmentStatusChanged { status appointment ${visit} } }`)
    const heard = [feed.next(), everything.next()] as const
    let own: unknown
    void heard[1].then(({ value }) => {
      own = value
    })
    // Ben's visits go before hers: when she has heard of one of hers, his were there to be heard of.
    for (let hours = 600; own === undefined; hours++) {
      await book(ben.id, inHours(hours), bens['secret'] ?? '')
      await book(ada.id, inHours(hours + 500), 'none')
    }
    expect(JSON.stringify(own)).toContain('Ada Reader')
    expectNothingOfBen(JSON.stringify(own))
    await Promise.all([feed.return(undefined), everything.return(undefined)])
    expect(await heard[0]).toEqual({ done: true, value: undefined })
  })

  it('by a PDF link of A with the invoice of B, nor by a link of B that was changed', async () => {
    const changed = (link: string, change: (url: URL) => void) => {
      const url = new URL(link)
      change(url)
      return url.href
    }
    const later = (url: URL) => url.searchParams.set('expires', String(Number(url.searchParams.get('expires')) + 1))
    const links = [
      changed(adasPdf, (url) => {
        url.pathname = new URL(bensPdf).pathname
      }),
      changed(bensPdf, later),
      changed(bensPdf, (url) => url.searchParams.delete('signature')),
      changed(bensPdf, (url) =>
        url.searchParams.set('signature', new URL(adasPdf).searchParams.get('signature') ?? ''),
      ),
    ]
    for (const link of links) {
      const answer = await fetch(link, { headers: { authorization: `Bearer ${ada.client.token}` } })
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.headers.get('content-type')).not.toBe('application/pdf')
      expectNothingOfBen(await answer.text())
    }
    expect((await fetch(bensPdf)).headers.get('content-type')).toBe('application/pdf')
  })

  it('while B and the staff see all of it', async () => {
    for (const client of [ben.client, admin]) {
      const { text } = await client.send(documentOf('query', ways['the visit'] ?? ''))
      for (const each of ['secret', 'phone', 'id', 'appointmentId', 'invoiceId', 'born'])
        expect(text).toContain(bens[each])
    }
  })
})

async function asked(kind: string, body: string): Promise<string> {
  return (await ada.client.send(documentOf(kind, body))).text
}

function documentOf(kind: string, body: string): string {
  const values: Record<string, string | undefined> = {
    ...bens,
    own: ada.id,
    doctorId,
    email: `${bens['secret']}@ben.example`,
    record: `record-${bens['secret']}`,
  }
  const names = [...new Set([...body.matchAll(/\$(\w+)/g)].map(([, name = '']) => name))]
  const isId = (name: string) => /^(id|own|\w+Id)$/.test(name)
  const typeOf = (name: string) =>
    isId(name) ? 'ID!' : /^(email|account)$/.test(name) && kind === 'mutation' ? 'EmailAddress!' : 'String!'
  const declared = names.map((name) => `$${name}: ${typeOf(name)}`).join(', ')
  return JSON.stringify({
    query: `${kind} ${declared && `(${declared})`} { ${body} }`,
    variables: Object.fromEntries(names.map((name) => [name, values[name]])),
  })
}

function expectNothingOfBen(text: string): void {
  expect(text).not.toBe('')
  // A cursor may hold the name by which a list is sorted.
  const cursors = [...text.matchAll(/[cC]ursor":"([^"]+)"/g)].map(([, cursor = '']) => Buffer.from(cursor, 'base64url'))
  const readable = [text, ...cursors].join('\n').toLowerCase()
  expect(Object.entries(bens).filter(([, value]) => readable.includes(value.toLowerCase()))).toEqual([])
}
