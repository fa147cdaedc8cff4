import { buildSchema, type GraphQLError, getIntrospectionQuery } from 'graphql'
import { describe, expect, it } from 'vitest'
import { defaultLimits, depthOf, type Limits, readDocument } from './limits.js'

const schema = buildSchema(/* GraphQL */ `
  type Query { patient(id: ID): Patient  patients(first: Int = 20): PatientConnection! }
  type PatientConnection { edges: [PatientEdge!]! totalCount: Int! }
  type PatientEdge { cursor: String! node: Patient! }
  type Patient {
    id: ID! firstName: String lastName: String email: String phone: String birthDate: String
    identifiers: [Identifier!]!
    policies: [Identifier!]!
    friend: Patient
    appointments(first: Int = 20): AppointmentConnection
  }
  type Identifier { system: String value: String }
  type AppointmentConnection { edges: [AppointmentEdge!]! }
  type AppointmentEdge { node: Appointment! }
  type Appointment { id: ID! startsAt: String endsAt: String status: String doctor: Doctor invoice: Invoice history: [Identifier!]! }
  type Doctor { id: ID! lastName: String specialization: String }
  type Invoice { id: ID! total: Int lines: [Identifier!]! payments: [Identifier!]! }
`)

function refusals(source: string, limits: Partial<Limits> = {}): string[] {
  const read = readDocument(schema, source, { ...defaultLimits, ...limits }, false)
  return 'kind' in read ? [] : (read as GraphQLError[]).map(({ message }) => message)
}

const tooLarge = (what: string, is: number, limit: number) => [
  `The operation is too large: ${what} is ${is}, the limit is ${limit}.`,
]

describe('a document within the limits is read', () => {
  it('such as a page of patients with the whole story of each', () => {
    const lines = 'system value'
    const visit = `id startsAt endsAt status doctor { id lastName specialization } invoice { id total lines { ${lines} } payments { ${lines} } } history { ${lines} }`
    const patient = `id firstName lastName email phone birthDate identifiers { ${lines} } policies { ${lines} } appointments(first: 100) { edges { node { ${visit} } } }`
    expect(refusals(`{ patients(first: 100) { edges { cursor node { ${patient} } } totalCount } }`)).toEqual([])
  })

  it('such as the introspection of Apollo Sandbox', () => {
    expect(
      refusals(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true, schemaDescription: true })),
    ).toEqual([])
  })
})

describe('a document beyond a limit is refused with the limit and its own size', () => {
  it.each([
    [
      'depth',
      `{ patient ${'{ friend '.repeat(4)} { id } ${'}'.repeat(4)} }`,
      { depth: 5 },
      tooLarge('its depth', 6, 5),
    ],
    [
      'aliases',
      '{ a: patient { id } b: patient { c: id } }',
      { aliases: 2 },
      tooLarge('the number of its aliases', 3, 2),
    ],
    [
      'root fields',
      '{ a: patient { id } b: patient { id } patient { id } }',
      { rootFields: 2 },
      tooLarge('the number of its root fields', 3, 2),
    ],
    [
      'fields through fragments',
      '{ a: patient { ...F } b: patient { ...F } } fragment F on Patient { id email }',
      { fields: 5 },
      tooLarge('the number of its fields', 6, 5),
    ],
    [
      'directives',
      '{ patient @include(if: true) { id @skip(if: false) ... @include(if: true) { email } } }',
      { directives: 2 },
      tooLarge('the number of its directives', 3, 2),
    ],
    [
      'cost of pages',
      '{ patients(first: 100) { edges { node { id email } } } }',
      { cost: 400 },
      tooLarge('its cost', 401, 400),
    ],
    [
      'cost of the default page',
      '{ patients { edges { node { id email } } } }',
      { cost: 80 },
      tooLarge('its cost', 81, 80),
    ],
    [
      'cost of a page by variable',
      'query ($n: Int) { patients(first: $n) { edges { node { id email } } } }',
      { cost: 400 },
      tooLarge('its cost', 401, 400),
    ],
    [
      'cost of lists without pages',
      '{ patient { identifiers { system value } } }',
      { cost: 21 },
      tooLarge('its cost', 22, 21),
    ],
    [
      'cost of which a page of fewer than none takes nothing off',
      '{ patients(first: -1000) { totalCount } all: patients(first: 100) { edges { node { id email } } } }',
      { cost: 400 },
      tooLarge('its cost', 402, 400),
    ],
    [
      'cost through fragments',
      '{ a: patient { ...F } b: patient { ...F } } fragment F on Patient { identifiers { value } }',
      { cost: 20 },
      tooLarge('its cost', 24, 20),
    ],
  ])('%s', (_, source, limits, expected) => {
    expect(refusals(source, limits)).toEqual(expected)
  })

  it('tokens', () => {
    expect(refusals('{ patient { id } }', { tokens: 5 })).toEqual([
      'Syntax Error: Document contains more that 5 tokens. Parsing aborted.',
    ])
  })

  it('in no time, where fragments within fragments would unfold to more than anybody can count', () => {
    const chain = Array.from(
      { length: 60 },
      (_, each) => `fragment F${each} on Patient { friend { ...F${each + 1} } x: friend { ...F${each + 1} } }`,
    )
    const [message] = refusals(`{ patient { ...F0 } } ${chain.join(' ')} fragment F60 on Patient { id }`)
    expect(message).toContain('The operation is too large')
  })
})

it('a fragment within itself is refused, and ends', () => {
  expect(refusals('{ patient { ...F } } fragment F on Patient { friend { ...F } }')).toEqual([
    'Cannot spread fragment "F" within itself.',
  ])
})

it('the depth of a value is counted without recursion', () => {
  let value: unknown = 1
  for (let level = 0; level < 100_000; level++) value = level % 2 === 0 ? [value] : { value }
  expect(depthOf(value)).toBe(100_000)
  expect(depthOf({ input: { list: [1, 'a', null] } })).toBe(3)
  expect(depthOf(undefined)).toBe(0)
})
