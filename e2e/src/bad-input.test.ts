import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { type Client, clientOf, signIn } from './client.js'
import { aDoctor, aPatient, aUser, aVisit, inHours, invoiceOf } from './people.js'

const url = inject('clinicUrl')
let admin: Client
let billing: Client
/** What the rows below may name: a visit's people, and its invoice. */
let known: { patientId: string; doctorId: string; invoiceId: string }
beforeAll(async () => {
  admin = await signIn(url)
  billing = await aUser(url, admin, ['BILLING'])
  const patientId = await aPatient(admin)
  const doctorId = await aDoctor(admin)
  const appointmentId = await aVisit(admin, { patientId, doctorId, startsAt: inHours(200) })
  const invoiceId = await invoiceOf(admin, appointmentId)
  known = { patientId, doctorId, invoiceId }
})

type Row = readonly [what: string, overrides: object, field: string]

/** Each row changes one thing of an input that would be accepted. */
function refuses(name: string, rows: readonly Row[], send: (overrides: object) => Promise<object>): void {
  describe(name, () => {
    it.each(rows)('refuses %s', async (_, overrides, field) => {
      const { data, errors } = (await send(overrides)) as { data: object | null; errors: { extensions: object }[] }
      expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', params: { field } }])
      expect(Object.values(data ?? {}).filter((answer) => answer !== null)).toEqual([])
    })
  })
}

const dayFromNow = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
const act = (name: string, type: string) => `mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`
const policy = { payer: 'Payer', memberNumber: '1', validFrom: '2025-01-01' }

refuses(
  'registerPatient',
  [
    ['a birth date in the future', { dateOfBirth: dayFromNow(2) }, 'dateOfBirth'],
    ['a birth date before 1880', { dateOfBirth: '1879-12-31' }, 'dateOfBirth'],
    ['a day that does not exist', { dateOfBirth: '2023-02-29' }, 'dateOfBirth'],
    ['an empty name', { name: '' }, 'name'],
    ['a name of white space', { name: ' \t ' }, 'name'],
    ['an overlong name', { name: 'x'.repeat(201) }, 'name'],
    ['a character that no database keeps', { name: 'a\0b' }, 'name'],
    ['an e-mail that is none', { email: 'nobody' }, 'email'],
    ['a phone that is none', { phone: 'call me' }, 'phone'],
    ['a phone that is too short', { phone: '+1 2' }, 'phone'],
    ['a height of nobody', { heightCm: 3 }, 'heightCm'],
    [
      'a policy that ends before its start',
      { insurancePolicies: [{ ...policy, validTo: '2024-12-31' }] },
      'insurancePolicies.0.validTo',
    ],
    ['an empty number', { identifiers: [{ system: 'urn:x', value: '' }] }, 'identifiers.0.value'],
  ],
  (overrides) =>
    admin.ask(act('registerPatient', 'RegisterPatientInput'), {
      input: { name: 'Somebody', dateOfBirth: '1990-01-01', ...overrides },
    }),
)

refuses(
  'addDoctor',
  [
    ['an empty name', { name: '' }, 'name'],
    ['an unknown zone', { timeZone: 'Mars/Base' }, 'timeZone'],
    [
      'a time that no clock shows',
      { weeklyHours: [{ day: 'MONDAY', startsAt: '25:00', endsAt: '12:00' }] },
      'weeklyHours.0.startsAt',
    ],
    ['an e-mail that is none', { email: 'a@b' }, 'email'],
    ['an empty licence number', { licenseNumber: ' ' }, 'licenseNumber'],
    ['less than no experience', { yearsOfExperience: -1 }, 'yearsOfExperience'],
  ],
  (overrides) =>
    admin.ask(act('addDoctor', 'AddDoctorInput'), {
      input: { name: 'Dr. X', specialization: 'OTHER', licenseNumber: randomUUID(), timeZone: 'UTC', ...overrides },
    }),
)

refuses(
  'addTimeOff',
  [
    ['an end before its start', { endsAt: '2030-01-01T08:00:00Z' }, 'endsAt'],
    ['an instant without offset', { startsAt: '2030-01-01T09:00:00' }, 'startsAt'],
    ['an id that is not one', { doctorId: '17' }, 'doctorId'],
  ],
  (overrides) =>
    admin.ask(act('addTimeOff', 'AddTimeOffInput'), {
      input: {
        doctorId: known.doctorId,
        startsAt: '2030-01-01T09:00:00Z',
        endsAt: '2030-01-02T09:00:00Z',
        ...overrides,
      },
    }),
)

refuses(
  'register',
  [
    ['an empty name', { name: ' ' }, 'name'],
    ['an overlong name', { name: 'x'.repeat(201) }, 'name'],
    ['an e-mail that is none', { email: '@' }, 'email'],
  ],
  (overrides) =>
    clientOf(url).ask(act('register', 'RegisterInput'), {
      input: { name: 'X', email: `${randomUUID()}@bad.example`, password: randomUUID(), ...overrides },
    }),
)

refuses(
  'bookAppointment',
  [
    ['an instant without offset', { startsAt: '2030-01-01T09:00:00' }, 'startsAt'],
    ['an instant that does not exist', { startsAt: '2030-02-30T09:00:00Z' }, 'startsAt'],
    ['an end before its start', { endsAt: '2030-01-01T08:59:59Z' }, 'endsAt'],
    ['an end at its start', { endsAt: '2030-01-01T09:00:00Z' }, 'endsAt'],
    ['a visit longer than a day', { endsAt: '2030-01-02T09:00:01Z' }, 'endsAt'],
    ['a patient id that is not one', { patientId: 'somebody' }, 'patientId'],
    ['a doctor id that is not one', { doctorId: 'somebody' }, 'doctorId'],
    ['an unknown service type', { serviceType: 'NOTHING' }, 'serviceType'],
    ['overlong notes', { notes: 'x'.repeat(2001) }, 'notes'],
  ],
  (overrides) =>
    admin.ask(act('bookAppointment', 'BookAppointmentInput'), {
      input: {
        patientId: known.patientId,
        doctorId: known.doctorId,
        serviceType: 'VISIT',
        startsAt: '2030-01-01T09:00:00Z',
        ...overrides,
      },
    }),
)

const money = (minorUnits: number, currency = 'USD') => ({ minorUnits, currency })

refuses(
  'saveServiceType',
  [
    ['a negative price', { price: money(-1) }, 'price.minorUnits'],
    ['an absurd price', { price: money(Number.MAX_SAFE_INTEGER) }, 'price.minorUnits'],
    ['more than a double holds', { price: money(2 ** 53) }, 'price.minorUnits'],
    ['half a cent', { price: money(0.5) }, 'price.minorUnits'],
    ['a currency that is none', { price: money(1, 'XQQ') }, 'price.currency'],
    ['no duration', { durationMinutes: 0 }, 'durationMinutes'],
    ['a duration of more than a day', { durationMinutes: 1441 }, 'durationMinutes'],
    ['a code with a space', { code: 'A B' }, 'code'],
  ],
  (overrides) =>
    admin.ask(act('saveServiceType', 'SaveServiceTypeInput'), {
      input: { code: 'NEVER_SAVED', name: 'X', durationMinutes: 30, price: money(1), ...overrides },
    }),
)

refuses(
  'recordPayment',
  [
    ['nothing', { amount: money(0) }, 'amount.minorUnits'],
    ['a negative amount', { amount: money(-100) }, 'amount.minorUnits'],
    ['more than a double holds', { amount: money(2 ** 60) }, 'amount.minorUnits'],
    ['an id that is not one', { invoiceId: '2026-000001' }, 'invoiceId'],
  ],
  (overrides) =>
    billing.ask(act('recordPayment', 'RecordPaymentInput'), {
      input: { invoiceId: known.invoiceId, amount: money(1), method: 'CASH', ...overrides },
    }),
)

refuses(
  'addInvoiceLine',
  [
    ['a negative price', { unitPrice: money(-1) }, 'unitPrice.minorUnits'],
    ['an absurd price', { unitPrice: money(Number.MAX_SAFE_INTEGER) }, 'unitPrice.minorUnits'],
    ['none of a thing', { quantity: 0 }, 'quantity'],
    ['an empty description', { description: '' }, 'description'],
  ],
  (overrides) =>
    billing.ask(act('addInvoiceLine', 'AddInvoiceLineInput'), {
      input: { invoiceId: known.invoiceId, kind: 'OTHER', description: 'X', unitPrice: money(1), ...overrides },
    }),
)

const lists = ['patients', 'doctors', 'appointments', 'invoices', 'claims', 'users']
refuses(
  'a list',
  lists.flatMap((list, index): Row[] => [
    [`${list} of 0`, { list, first: 0 }, 'first'],
    [`${list} of 101`, { list, first: 101 }, 'first'],
    [`${list} after a garbled cursor`, { list, after: 'x%' }, 'after'],
    [`${list} after a foreign cursor`, { list, after: { of: lists[(index + 1) % 3] } }, 'after'],
  ]),
  async (overrides) => {
    const { list, ...page } = overrides as { list: string; first?: number; after?: string | { of: string } }
    const after = typeof page.after === 'object' ? await cursorOf(page.after.of) : page.after
    const reader = list === 'claims' || list === 'invoices' ? billing : admin
    return reader.ask(`query ($first: Int, $after: String) { ${list}(first: $first, after: $after) { totalCount } }`, {
      ...page,
      after,
    })
  },
)

async function cursorOf(list: string): Promise<string | null> {
  const answer = await admin.get<Record<string, { pageInfo: { endCursor: string | null } }>>(
    `{ ${list}(first: 1) { pageInfo { endCursor } } }`,
  )
  return answer[list]?.pageInfo.endCursor ?? null
}

refuses(
  'an id that is not one',
  ['patient', 'doctor', 'appointment', 'invoice', 'user'].map((root): Row => [`in ${root}`, { root }, 'id']),
  (overrides) => {
    const { root } = overrides as { root: string }
    return admin.ask(`{ ${root}(id: "1 OR 1=1") { id } }`)
  },
)

refuses(
  'clinicStatistics',
  [
    ['an end before its start', { from: '2026-01-02', to: '2026-01-01' }, 'to'],
    ['more than 366 days', { from: '2025-01-01', to: '2026-06-01' }, 'to'],
  ],
  (overrides) =>
    admin.ask('query ($from: Date!, $to: Date!) { clinicStatistics(from: $from, to: $to) { asOf } }', overrides),
)

describe('what is refused', () => {
  it('leaves nothing behind', async () => {
    const counts = () =>
      admin.get(
        '{ patients { totalCount } doctors { totalCount } appointments { totalCount } invoices { totalCount } }',
      )
    const before = await counts()
    const half = { name: 'Half Done', dateOfBirth: '1990-01-01', insurancePolicies: [policy, { ...policy, payer: '' }] }
    expect(await admin.refusals(act('registerPatient', 'RegisterPatientInput'), { input: half })).toEqual([
      'BAD_USER_INPUT',
    ])
    expect(await admin.get('{ patients(search: "Half Done") { totalCount } }')).toEqual({ patients: { totalCount: 0 } })
    expect(await counts()).toEqual(before)
  })
})

describe('what is not GraphQL, or too much of it', () => {
  const nested = (depth: number) =>
    `{ doctors { edges { node { ${'appointments { edges { node { doctor { '.repeat(depth)} id`
  const rows: [what: string, body: string, status: number, code: string][] = [
    ['an empty body', '', 400, 'BAD_REQUEST'],
    ['half of JSON', '{"query": "{ me', 400, 'BAD_REQUEST'],
    ['null', 'null', 400, 'BAD_REQUEST'],
    ['a list', '[]', 400, 'BAD_REQUEST'],
    ['a text', '"{ me { id } }"', 400, 'BAD_REQUEST'],
    ['a number in the place of the document', '{"query": 1}', 400, 'BAD_REQUEST'],
    ['no document', '{"variables": {}}', 400, 'BAD_REQUEST'],
    ['a document that ends too early', JSON.stringify({ query: '{ me {' }), 400, 'GRAPHQL_PARSE_FAILED'],
    ['a field that is not there', JSON.stringify({ query: '{ nothing }' }), 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a document that is too deep',
      JSON.stringify({ query: nested(8) + ' }'.repeat(36) }),
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a document that is too wide',
      JSON.stringify({ query: `{ ${Array.from({ length: 100 }, (_, index) => `a${index}: me { id }`).join(' ')} }` }),
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a document of too many words',
      JSON.stringify({ query: `{ ${'me { id } '.repeat(5000)} }` }),
      400,
      'GRAPHQL_PARSE_FAILED',
    ],
    ['more than any document needs', JSON.stringify({ query: ' '.repeat(1_000_000) }), 413, 'BAD_REQUEST'],
    [
      'variables that lie too deep',
      `{"query":"{ me { id } }","variables":${'{"a":'.repeat(500)}1${'}'.repeat(501)}`,
      400,
      'BAD_REQUEST',
    ],
  ]
  it.each(rows)('%s is refused', async (_, body, status, code) => {
    const answer = await admin.send(body)
    expect({ status: answer.status, code: codesIn(answer.text)[0] }).toEqual({ status, code })
  })
})

const codesIn = (text: string): string[] =>
  (JSON.parse(text) as { errors: { extensions: { code: string } }[] }).errors.map(({ extensions }) => extensions.code)
