import { randomUUID } from 'node:crypto'
import { type Actor, type Role, roles } from '@caregraph/access'
import { anActor, type SubgraphUnderTest, startSubgraph } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aDoctor, addADoctor, administrator } from './a-doctor.js'
import { doctor } from './index.js'

type Caller = Role | 'nobody' | 'himself'
const callers: readonly Caller[] = [...roles, 'nobody', 'himself']

let clinic: SubgraphUnderTest
let id: string
beforeAll(async () => {
  clinic = await startSubgraph(doctor)
  id = await addADoctor(clinic, { phone: '+14155550123', email: 'grey@example.com', identifiers: [npi] })
  await clinic.ask(addTimeOff, { input: { doctorId: id, ...vacation } }, administrator)
})
afterAll(() => clinic.stop())

const npi = { system: 'npi', value: '1234567893' }
const vacation = { startsAt: '2027-03-01T10:00:00Z', endsAt: '2027-03-15T00:00:00Z', reason: 'surgery of his own' }
const addTimeOff = 'mutation ($input: AddTimeOffInput!) { addTimeOff(input: $input) { id } }'

function actorFor(caller: Caller): Actor | undefined {
  if (caller === 'nobody') return undefined
  return caller === 'himself' ? anActor({ id, roles: ['DOCTOR'] }) : anActor({ roles: [caller] })
}

/** The callers to whom it happens, and what happens to the others. */
function expectedOf(allowed: readonly Caller[], caller: Caller): string[] {
  if (allowed.includes(caller)) return []
  return [caller === 'nobody' ? 'UNAUTHENTICATED' : 'FORBIDDEN']
}

const readers: Caller[] = ['ADMIN', 'FRONT_DESK', 'DOCTOR', 'BILLING', 'PATIENT', 'himself']

/** Every way to a doctor, each answering the doctor alone. */
const ways: Record<string, (fields: string) => string> = {
  doctor: (fields) => `{ doctor(id: "${id}") { ${fields} } }`,
  doctors: (fields) => `{ doctors(search: "meredith") { edges { node { ${fields} } } } }`,
  _entities: (fields) =>
    `{ _entities(representations: [{ __typename: "Doctor", id: "${id}" }]) { ... on Doctor { ${fields} } } }`,
}

const publicFields =
  'id name specialization department hospitalName yearsOfExperience gender available timeZone weeklyHours { day } archivedAt version calendar { available timeZone weeklyHours { day } timeOff { startsAt endsAt } }'

describe.each(Object.keys(ways))('by %s', (way) => {
  const ask = (fields: string, caller: Caller) => clinic.ask(ways[way]?.(fields) ?? '', {}, actorFor(caller))

  it.each(callers)('%s may read the public facts and the calendar, which holds no reason', async (caller) => {
    const answer = await ask(publicFields, caller)
    expect(answer.errors).toBeUndefined()
    expect(JSON.stringify(answer)).toContain('Meredith Grey')
    expect(JSON.stringify(answer)).not.toContain(vacation.reason)
  })

  const secrets = ['licenseNumber', 'identifiers { value }', 'phone', 'email', 'timeOff { startsAt }']
  it.each(callers.flatMap((caller) => secrets.map((field) => [caller, field] as const)))(
    '%s reads %s where that is for him',
    async (caller, field) => {
      const { data, errors = [] } = await ask(field, caller)
      const codes = errors.map(({ extensions }) => extensions['code'])
      expect(codes).toEqual(expectedOf(readers, caller))
      if (codes.length > 0) expect(JSON.stringify(data)).not.toMatch(/555|example|123|2027/)
    },
  )

  it.each(callers)('%s reads why a doctor is away where that is for him, and when in any case', async (caller) => {
    const { data, errors = [] } = await ask('timeOff { startsAt reason }', caller)
    const isForHim = caller === 'ADMIN' || caller === 'himself'
    expect(JSON.stringify(data).includes(vacation.reason)).toBe(isForHim)
    expect(JSON.stringify(data).includes('2027-03-01T10:00:00.000Z')).toBe(readers.includes(caller))
    if (readers.includes(caller) && !isForHim) {
      expect(errors.map(({ path, extensions }) => [path?.slice(-3), extensions['code']])).toEqual([
        [['timeOff', 0, 'reason'], 'FORBIDDEN'],
      ])
    }
  })
})

describe('an identifier', () => {
  it.each(callers)('is looked for by %s where that is for him, since the answer tells whose it is', async (caller) => {
    const find = `{ doctors(identifier: { system: "npi", value: "${npi.value}" }) { totalCount edges { node { id } } } }`
    const { data, errors = [] } = await clinic.ask(find, {}, actorFor(caller))
    expect(errors.map(({ extensions }) => extensions['code'])).toEqual(expectedOf(readers, caller))
    expect(data?.['doctors'] ?? null).toEqual(
      readers.includes(caller) ? { totalCount: 1, edges: [{ node: { id } }] } : null,
    )
  })
})

describe('an act', () => {
  const acts: [name: string, allowed: Caller[], document: string, variables: () => object][] = [
    [
      'addDoctor',
      ['ADMIN'],
      'mutation ($input: AddDoctorInput!) { addDoctor(input: $input) { id } }',
      () => ({ input: aDoctor({ name: 'Somebody Else' }) }),
    ],
    [
      'updateDoctor',
      ['ADMIN'],
      'mutation ($input: UpdateDoctorInput!) { updateDoctor(input: $input) { id } }',
      () => ({ input: { id, hospitalName: 'Seattle Grace' } }),
    ],
    [
      'setWeeklyHours',
      ['ADMIN', 'himself'],
      'mutation ($id: ID!) { setWeeklyHours(doctorId: $id, hours: []) { id } }',
      () => ({ id }),
    ],
    ['addTimeOff', ['ADMIN', 'himself'], addTimeOff, () => ({ input: { doctorId: id, ...vacation } })],
    [
      'archiveDoctor',
      ['ADMIN'],
      'mutation ($id: ID!) { archiveDoctor(id: $id, reason: "left") { id } }',
      () => ({ id }),
    ],
  ]
  it.each(acts.flatMap(([name, ...act]) => callers.map((caller) => [name, caller, act] as const)))(
    '%s is for %s where it is',
    async (_, caller, [allowed, document, variables]) => {
      const before = await versionOf(id)
      expect(await clinic.refusals(document, { ...variables() }, actorFor(caller))).toEqual(expectedOf(allowed, caller))
      if (!allowed.includes(caller)) expect(await versionOf(id)).toBe(before)
    },
  )

  it.each(callers)("removeTimeOff is for %s where it is; another doctor's is not there", async (caller) => {
    const doctorId = await addADoctor(clinic)
    const { data } = await clinic.ask(addTimeOff, { input: { doctorId, ...vacation } }, administrator)
    const timeOffId = data?.['addTimeOff']?.['id']
    const actor = caller === 'himself' ? anActor({ id: doctorId, roles: ['DOCTOR'] }) : actorFor(caller)
    const remove = 'mutation ($id: ID!) { removeTimeOff(id: $id) }'
    const expected = caller === 'DOCTOR' ? ['NOT_FOUND'] : expectedOf(['ADMIN', 'himself'], caller)
    expect(await clinic.refusals(remove, { id: timeOffId }, actor)).toEqual(expected)
    const left = await clinic.ask(`{ doctor(id: "${doctorId}") { timeOff { id } } }`, {}, administrator)
    expect(left.data).toEqual({ doctor: { timeOff: expected.length > 0 ? [{ id: timeOffId }] : [] } })
  })

  it('is not the right of somebody who has the id but not the role', async () => {
    const patient = anActor({ id, roles: ['PATIENT'] })
    const set = `mutation { setWeeklyHours(doctorId: "${id}", hours: []) { id } }`
    expect(await clinic.refusals(set, {}, patient)).toEqual(['FORBIDDEN'])
  })

  it('on a doctor who is not there answers another doctor as on one who is', async () => {
    const other = anActor({ roles: ['DOCTOR'] })
    const set = 'mutation ($id: ID!) { setWeeklyHours(doctorId: $id, hours: []) { id } }'
    expect(await clinic.refusals(set, { id: randomUUID() }, other)).toEqual(['FORBIDDEN'])
    expect(await clinic.refusals(set, { id }, other)).toEqual(['FORBIDDEN'])
  })
})

async function versionOf(doctorId: string): Promise<unknown> {
  const { data } = await clinic.ask(`{ doctor(id: "${doctorId}") { version } }`)
  return data?.['doctor']?.['version']
}
