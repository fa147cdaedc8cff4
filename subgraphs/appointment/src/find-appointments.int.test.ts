import type { Actor, Role } from '@caregraph/access'
import { newId } from '@caregraph/database'
import { anActor } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { admin, type ClinicUnderTest, openClinic, roundTheClock } from './clinic-under-test.js'

let clinic: ClinicUnderTest
const doctors = [newId(), newId(), newId()].map((id) => anActor({ id, roles: ['DOCTOR'] }))
const patients = [newId(), newId(), newId(), newId()].map((id) => anActor({ id, roles: ['PATIENT'] }))
const [doctor, otherDoctor] = doctors as [Actor, Actor, Actor]
const [patient, otherPatient] = patients as [Actor, Actor, Actor, Actor]
const someone = (...roles: Role[]) => anActor({ roles })

interface Booked {
  id: string
  startsAt: string
  status: string
  doctorId: string
  patientId: string
}
/** In the order of the contract. */
let all: Booked[] = []

beforeAll(async () => {
  clinic = await openClinic()
  // Hours of which several begin at the same instant, as no doctor and no patient is in two places.
  for (let hour = 0; hour < 20; hour++) {
    for (const [index, { id: doctorId }] of doctors.entries()) {
      const patientId = patients[(index + hour) % patients.length]?.id ?? ''
      clinic.people.doctors.set(doctorId, { calendar: roundTheClock() })
      clinic.people.patients.set(patientId, { archivedAt: null })
      const startsAt = new Date(Date.parse('2027-03-02T00:00:00Z') + hour * 3_600_000).toISOString()
      const actor = hour % 5 === 0 ? anActor({ id: patientId, roles: ['PATIENT'] }) : admin
      const id = await clinic.booked({ doctorId, patientId, startsAt }, actor)
      all.push({ id, startsAt, status: hour % 5 === 0 ? 'PENDING' : 'CONFIRMED', doctorId, patientId })
    }
  }
  all = all.sort((a, b) => (a.startsAt + a.id < b.startsAt + b.id ? -1 : 1))
})
afterAll(() => clinic.stop())

const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id)

interface Page {
  ids: string[]
  totalCount: number
  endCursor: string | null
  hasNextPage: boolean
}
function pageOf(connection: unknown): Page {
  const { edges, totalCount, pageInfo } = connection as {
    edges: { node: { id: string } }[]
    totalCount: number
    pageInfo: { endCursor: string | null; hasNextPage: boolean }
  }
  return { ids: edges.map(({ node }) => node.id), totalCount, ...pageInfo }
}
const connection = '{ edges { node { id } } totalCount pageInfo { endCursor hasNextPage } }'

async function page(filter: object | undefined, args: object = {}, actor: Actor = admin): Promise<Page | string> {
  const { data, errors } = await clinic.ask(
    `query ($filter: AppointmentFilter, $first: Int, $after: String) {
      appointments(filter: $filter, first: $first, after: $after) ${connection} }`,
    { filter, first: 100, ...args },
    actor,
  )
  const { code, params } = (errors?.[0]?.extensions ?? {}) as { code?: string; params?: { field: string } }
  return code === undefined ? pageOf(data?.['appointments']) : [code, params?.field].join(' ').trim()
}

async function contributed(type: 'Patient' | 'Doctor', owners: readonly string[], actor: Actor | undefined, args = '') {
  const { data, errors } = await clinic.ask(
    `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on ${type} { appointments${args} ${connection} } } }`,
    { representations: owners.map((id) => ({ __typename: type, id })) },
    actor,
  )
  const entities = data?.['_entities'] as unknown as ({ appointments: unknown } | null)[] | undefined
  return {
    pages: entities?.map((each) => (each?.appointments ? pageOf(each.appointments) : null)),
    codes: errors?.map(({ extensions, path }) => `${extensions['code']} at ${path?.join('.')}`),
  }
}

describe('appointments', () => {
  it.each<[string, () => [object | undefined, (row: Booked) => boolean]]>([
    ['none', () => [undefined, () => true]],
    ['a doctor', () => [{ doctorId: doctor.id }, (row) => row.doctorId === doctor.id]],
    ['a patient', () => [{ patientId: patient.id }, (row) => row.patientId === patient.id]],
    ['a status', () => [{ status: ['PENDING'] }, (row) => row.status === 'PENDING']],
    ['two statuses, one of them twice', () => [{ status: ['PENDING', 'CONFIRMED', 'PENDING'] }, () => true]],
    ['no status at all', () => [{ status: [] }, () => false]],
    [
      'a doctor and a status',
      () => [
        { doctorId: doctor.id, status: ['PENDING', 'CANCELLED'] },
        (row) => row.doctorId === doctor.id && row.status === 'PENDING',
      ],
    ],
    [
      'starts in [from, to)',
      () => [
        { from: '2027-03-02T03:00:00Z', to: '2027-03-02T07:00:00Z' },
        ({ startsAt }) => startsAt >= '2027-03-02T03' && startsAt < '2027-03-02T07',
      ],
    ],
  ])('filtered by %s are complete and in order, in pages of any size', async (_, wanted) => {
    const [filter, isWanted] = wanted()
    const expected = ids(all.filter(isWanted))
    for (const first of [1, 7, 100]) {
      const found: string[] = []
      let after: string | null = null
      for (let more = true; more; ) {
        const got = await page(filter, { first, after })
        if (typeof got === 'string') throw new Error(got)
        found.push(...got.ids)
        expect(got.totalCount).toBe(expected.length)
        after = got.endCursor
        more = got.hasNextPage
      }
      expect(found).toEqual(expected)
    }
  })

  it('are all there for the desk and for billing, and one’s own for doctors and patients', async () => {
    for (const role of ['ADMIN', 'FRONT_DESK', 'BILLING'] as const) {
      expect(await page(undefined, {}, someone(role))).toMatchObject({ ids: ids(all), totalCount: 60 })
    }
    const own = (isOwn: (row: Booked) => boolean) => ({
      ids: ids(all.filter(isOwn)),
      totalCount: all.filter(isOwn).length,
    })
    expect(await page(undefined, {}, doctor)).toMatchObject(own(({ doctorId }) => doctorId === doctor.id))
    expect(await page(undefined, {}, patient)).toMatchObject(own(({ patientId }) => patientId === patient.id))
    expect(await page({ patientId: otherPatient.id }, {}, patient)).toMatchObject({ ids: [], totalCount: 0 })
    expect(await page({ patientId: patient.id, status: ['PENDING'] }, {}, doctor)).toMatchObject(
      own((row) => row.doctorId === doctor.id && row.patientId === patient.id && row.status === 'PENDING'),
    )
  })

  it('of a doctor who also is a patient are both kinds, each by its own role', async () => {
    const id = doctor.id
    const both = anActor({ id, roles: ['DOCTOR', 'PATIENT'] })
    clinic.people.patients.set(id, { archivedAt: null })
    const asPatient = await clinic.booked({ patientId: id, doctorId: otherDoctor.id, startsAt: '2027-04-02T00:00:00Z' })
    const mine = [...ids(all.filter(({ doctorId }) => doctorId === id)), asPatient]
    expect(await page({ to: '2027-05-01T00:00:00Z' }, {}, both)).toMatchObject({ ids: mine })
    expect(await page({ from: '2027-04-01T00:00:00Z' }, {}, doctor)).toMatchObject({ ids: [] })
    await clinic.database.query('DELETE FROM appointment_status_changes WHERE appointment_id = $1', [asPatient])
    await clinic.database.query('DELETE FROM appointments WHERE id = $1', [asPatient])
  })

  it('are refused to whoever may see none', async () => {
    expect(await page(undefined, {}, someone('AUDITOR'))).toBe('FORBIDDEN')
    const { errors } = await clinic.ask('{ appointments { totalCount } }')
    expect(errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED')
  })

  it.each([
    [{}, { first: 0 }, 'first'],
    [{}, { first: 101 }, 'first'],
    [{}, { after: 'garbled' }, 'after'],
    [{}, { after: Buffer.from('["patients","a","b"]').toString('base64url') }, 'after'],
    [{}, { after: Buffer.from('["appointments","2027-13-41T99:00:00Z","x"]').toString('base64url') }, 'after'],
    [{ doctorId: 'x' }, {}, 'filter.doctorId'],
    [{ patientId: 'x' }, {}, 'filter.patientId'],
    [{ patientId: '' }, {}, 'filter.patientId'],
    [{ from: 'yesterday' }, {}, 'filter.from'],
  ])('asked for with %j and %j are refused with the path of the field', async (filter, args, field) => {
    expect(await page(filter, args)).toBe(`BAD_USER_INPUT ${field}`)
  })

  it('asked for at the ends of time are none, or all', async () => {
    expect(await page({ to: '0001-01-01T00:00:00+23:59' })).toMatchObject({ ids: [] })
    expect(await page({ from: '9999-12-31T23:59:59-23:59' })).toMatchObject({ ids: [] })
  })
})

describe('an appointment', () => {
  const one = async (id: string, actor: Actor | undefined) => {
    const { data, errors } = await clinic.ask('query ($id: ID!) { appointment(id: $id) { id notes } }', { id }, actor)
    return errors?.[0]?.extensions['code'] ?? data?.['appointment']?.['id'] ?? null
  }
  const reached = async (id: string, actor: Actor | undefined) => {
    const { data, errors } = await clinic.ask(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Appointment { id startsAt } } }',
      { r: [{ __typename: 'Appointment', id }] },
      actor,
    )
    const [entity] = (data?.['_entities'] ?? []) as ({ id: string } | null)[]
    return errors?.[0]?.extensions['code'] ?? entity?.id ?? null
  }

  it('is found by whoever may see it, and is the same as none to everybody else, on every way in', async () => {
    const id = all.find((row) => row.doctorId === doctor.id && row.patientId === patient.id)?.id ?? ''
    for (const look of [one, reached]) {
      for (const actor of [admin, someone('FRONT_DESK'), someone('BILLING'), doctor, patient]) {
        expect(await look(id, actor)).toBe(id)
      }
      for (const actor of [otherDoctor, otherPatient]) expect(await look(id, actor)).toBeNull()
      expect(await look(newId(), admin)).toBeNull()
      expect(await look(id, someone('AUDITOR'))).toBe('FORBIDDEN')
      expect(await look(id, undefined)).toBe('UNAUTHENTICATED')
    }
    expect(await one('x', admin)).toBe('BAD_USER_INPUT')
  })
})

describe('the appointments of a patient or of a doctor', () => {
  const of = (isOne: (row: Booked) => boolean) => ids(all.filter(isOne))

  it('are all of theirs for the desk, and for themselves', async () => {
    for (const actor of [admin, patient]) {
      const { pages } = await contributed('Patient', [patient.id], actor)
      expect(pages?.[0]?.ids).toEqual(of(({ patientId }) => patientId === patient.id))
    }
    for (const actor of [admin, doctor]) {
      const { pages } = await contributed('Doctor', [doctor.id], actor)
      expect(pages?.[0]?.ids).toEqual(of(({ doctorId }) => doctorId === doctor.id))
    }
  })

  it('are, to a doctor or a patient, those that they share', async () => {
    const shared = of((row) => row.doctorId === doctor.id && row.patientId === patient.id)
    const toDoctor = await contributed('Patient', [patient.id], doctor)
    expect(toDoctor.pages).toMatchObject([{ ids: shared, totalCount: shared.length }])
    const toPatient = await contributed('Doctor', [doctor.id], patient)
    expect(toPatient.pages).toMatchObject([{ ids: shared, totalCount: shared.length }])
  })

  it('are refused at their place to whoever may see none of them, and the rest of the answer stands', async () => {
    const both = await contributed('Patient', [otherPatient.id, patient.id], patient)
    expect(both.codes).toEqual(['FORBIDDEN at _entities.0.appointments'])
    expect(both.pages?.[0]).toBeNull()
    expect(both.pages?.[1]?.ids).toHaveLength(15)
    expect((await contributed('Doctor', [otherDoctor.id], doctor)).codes).toEqual([
      'FORBIDDEN at _entities.0.appointments',
    ])
    expect((await contributed('Patient', [patient.id], someone('AUDITOR'))).codes).toEqual([
      'FORBIDDEN at _entities.0.appointments',
    ])
    expect((await contributed('Doctor', [doctor.id], undefined)).codes).toEqual([
      'UNAUTHENTICATED at _entities.0.appointments',
    ])
  })

  it('of a whole list are read together, each with its own page and its own count', async () => {
    const args = '(first: 2, status: [CONFIRMED], from: "2027-03-02T02:00:00Z")'
    const { pages } = await contributed('Patient', ids(patients), admin, args)
    for (const [index, { id }] of patients.entries()) {
      const expected = of((row) => row.patientId === id && row.status === 'CONFIRMED' && row.startsAt > '2027-03-02T02')
      expect(pages?.[index]).toMatchObject({
        ids: expected.slice(0, 2),
        totalCount: expected.length,
        hasNextPage: true,
      })
    }
    const lists = await statementsOf(() => contributed('Patient', ids(patients), admin, args))
    const list = await statementsOf(() => contributed('Patient', ids(patients).slice(0, 1), admin, args))
    expect([list, lists]).toEqual([2, 2])
  })

  /** How many statements ask the table meanwhile. */
  async function statementsOf(work: () => Promise<unknown>): Promise<number> {
    const asked = vi.spyOn(clinic.database.logger, 'logQuery')
    await work()
    const statements = asked.mock.calls.filter(([statement]) => statement.includes('FROM appointments'))
    asked.mockRestore()
    return statements.length
  }
})
