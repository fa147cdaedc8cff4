import { randomUUID } from 'node:crypto'
import { type Actor, type Role, roles } from '@caregraph/access'
import { anActor, type SubgraphUnderTest, startSubgraph } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aPatient, desk, registerAPatient } from './a-patient.js'
import { patient } from './index.js'

type Caller = Role | 'nobody' | 'herself'
const callers: readonly Caller[] = [...roles, 'nobody', 'herself']
const readers: readonly Caller[] = ['ADMIN', 'FRONT_DESK', 'DOCTOR', 'BILLING', 'herself']
const writers: readonly Caller[] = ['ADMIN', 'FRONT_DESK', 'herself']

const hers = {
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  phone: '+14155550123',
  address: '12 St James Square',
  dateOfBirth: '1985-12-10',
  heightCm: 165.5,
  weightKg: 61.25,
  identifiers: [{ system: 'mrn', value: 'secret-number' }],
  insurancePolicies: [{ payer: 'Mutual', memberNumber: 'M-77', validFrom: '2020-01-01' }],
}
/** Pieces of her record, none of which is in a question. */
const bytes = /Lovelace|ada@|5550123|James|1985|165\.5|61\.25|secret|Mutual|M-77/

let clinic: SubgraphUnderTest
let id: string
beforeAll(async () => {
  clinic = await startSubgraph(patient)
  id = await registerAPatient(clinic, hers)
})
afterAll(() => clinic.stop())

function actorFor(caller: Caller, patientId = id): Actor | undefined {
  if (caller === 'nobody') return undefined
  return caller === 'herself' ? anActor({ id: patientId, roles: ['PATIENT'] }) : anActor({ roles: [caller] })
}

/** What a role without the permission is told. To another patient it is as if she were not there. */
const refusalFor = (caller: Caller): string[] => [caller === 'nobody' ? 'UNAUTHENTICATED' : 'FORBIDDEN']

const fields = `id name email phone address dateOfBirth gender heightCm weightKg registeredOn archivedAt version
  identifiers { system value } insurancePolicies { id payer memberNumber validFrom validTo }`
const connection = `totalCount edges { cursor node { ${fields} } } pageInfo { startCursor endCursor }`
const nothingFound = { totalCount: 0, edges: [], pageInfo: { startCursor: null, endCursor: null } }

/** Every way to her record, and what it answers where there is nothing for the caller. */
const ways: Record<string, { ask: string; nothing: unknown }> = {
  'patient(id)': { ask: `query ($id: ID!) { found: patient(id: $id) { ${fields} } }`, nothing: null },
  _entities: {
    ask: `query ($id: ID!) { found: _entities(representations: [{ __typename: "Patient", id: $id }]) { ... on Patient { ${fields} } } }`,
    nothing: [null],
  },
  'a search by name': { ask: `{ found: patients(search: "love") { ${connection} } }`, nothing: nothingFound },
  'a search by e-mail': { ask: `{ found: patients(search: "ada@") { ${connection} } }`, nothing: nothingFound },
  'a search by phone': { ask: `{ found: patients(search: "415 555") { ${connection} } }`, nothing: nothingFound },
  'a search by birth date': { ask: `{ found: patients(search: "1985") { ${connection} } }`, nothing: nothingFound },
  'an identifier': {
    ask: `{ found: patients(identifier: { system: "mrn", value: "secret-number" }) { ${connection} } }`,
    nothing: nothingFound,
  },
}

describe.each(Object.entries(ways))('by %s', (_, { ask, nothing }) => {
  it.each(callers)('%s reads her record where it is for the caller, and no byte of it otherwise', async (caller) => {
    const answer = await clinic.ask(ask, { id }, actorFor(caller))
    const codes = (answer.errors ?? []).map(({ extensions }) => extensions['code'])
    if (readers.includes(caller)) {
      expect(codes).toEqual([])
      expect(JSON.stringify(answer.data)).toMatch(bytes)
      return
    }
    if (caller === 'PATIENT') expect(answer).toEqual({ data: { found: nothing } })
    else expect(codes).toEqual(refusalFor(caller))
    expect(JSON.stringify(answer)).not.toMatch(bytes)
  })
})

describe('a patient', () => {
  it('reads the own record alone, whatever else is asked for with it', async () => {
    const own = await registerAPatient(clinic, { name: 'Lovis Own', dateOfBirth: '1985-01-01' })
    const actor = actorFor('herself', own)
    const asked = [own, id, randomUUID(), 'garbled'].map((each) => ({ __typename: 'Patient', id: each }))
    const entities = 'query ($asked: [_Any!]!) { _entities(representations: $asked) { ... on Patient { name } } }'
    expect(await clinic.ask(entities, { asked }, actor)).toEqual({
      data: { _entities: [{ name: 'Lovis Own' }, null, null, null] },
    })
    for (const filter of ['', '(search: "lov")', '(search: "1985")', '(includeArchived: true)']) {
      const { data } = await clinic.ask(`{ patients${filter} { totalCount edges { node { name } } } }`, {}, actor)
      expect(data).toEqual({ patients: { totalCount: 1, edges: [{ node: { name: 'Lovis Own' } }] } })
    }
  })

  it('pages past the others by no cursor', async () => {
    const staff = await clinic.ask('{ patients(search: "love") { edges { cursor } } }', {}, desk)
    const edges = staff.data?.['patients']?.['edges'] as unknown as { cursor: string }[]
    const ask = `query ($after: String) { patients(search: "love", after: $after) { ${connection} } }`
    const answer = await clinic.ask(ask, { after: edges[0]?.cursor }, anActor({ roles: ['PATIENT'] }))
    expect(answer).toEqual({ data: { patients: nothingFound } })
  })
})

describe('an act', () => {
  const acts: [name: string, document: string, variables: (id: string) => Record<string, unknown>][] = [
    [
      'updatePatient',
      'mutation ($input: UpdatePatientInput!) { updatePatient(input: $input) { id } }',
      (patientId) => ({ input: { id: patientId, address: 'Elsewhere' } }),
    ],
    [
      'archivePatient',
      'mutation ($id: ID!) { archivePatient(id: $id, reason: "moved") { id } }',
      (patientId) => ({ id: patientId }),
    ],
    ['restorePatient', 'mutation ($id: ID!) { restorePatient(id: $id) { id } }', (patientId) => ({ id: patientId })],
  ]
  it.each(acts.flatMap((act) => callers.map((caller) => [act[0], caller, act] as const)))(
    '%s is for %s where it is, and changes nothing otherwise',
    async (_, caller, [name, document, variables]) => {
      const patientId = await registerAPatient(clinic)
      if (name === 'restorePatient') await clinic.ask(acts[1]?.[1] ?? '', { id: patientId }, desk)
      const stateOf = () => clinic.ask(`{ patient(id: "${patientId}") { version address archivedAt } }`, {}, desk)
      const before = await stateOf()
      const refused = await clinic.refusals(document, variables(patientId), actorFor(caller, patientId))
      if (writers.includes(caller)) {
        expect(refused).toEqual([])
        expect(await stateOf()).not.toEqual(before)
      } else {
        expect(refused).toEqual(caller === 'PATIENT' ? ['NOT_FOUND'] : refusalFor(caller))
        expect(await stateOf()).toEqual(before)
      }
    },
  )

  it.each(callers)('registerPatient is for %s where it is; a patient registers under the own id', async (caller) => {
    const actor = actorFor(caller, randomUUID())
    const register = 'mutation ($input: RegisterPatientInput!) { registerPatient(input: $input) { id } }'
    const { data, errors = [] } = await clinic.ask(register, { input: aPatient() }, actor)
    const codes = errors.map(({ extensions }) => extensions['code'])
    const isForThem = [...writers, 'PATIENT'].includes(caller)
    expect(codes).toEqual(isForThem ? [] : refusalFor(caller))
    const isOwn = data?.['registerPatient']?.['id'] === actor?.id
    if (isForThem) expect(isOwn).toBe(caller === 'PATIENT' || caller === 'herself')
  })
})
