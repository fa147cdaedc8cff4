import { randomUUID } from 'node:crypto'
import { type SubgraphUnderTest, startSubgraph } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addADoctor, administrator, eventsAbout } from './a-doctor.js'
import { doctor } from './index.js'

let clinic: SubgraphUnderTest
beforeAll(async () => {
  clinic = await startSubgraph(doctor)
})
afterAll(() => clinic.stop())

const add = 'mutation ($input: AddTimeOffInput!) { addTimeOff(input: $input) { id startsAt endsAt reason } }'
const remove = 'mutation ($id: ID!) { removeTimeOff(id: $id) }'
const timeOffOf = `query ($id: ID!, $from: DateTime, $to: DateTime) {
  doctor(id: $id) { version timeOff(from: $from, to: $to) { startsAt } }
}`
const calendars = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on Doctor { id name calendar { available timeZone weeklyHours { day startsAt endsAt } timeOff { startsAt endsAt } } }
  }
}`

const morning = { startsAt: '2027-03-01T08:00:00.000Z', endsAt: '2027-03-01T12:00:00.000Z' }
const vacation = { startsAt: '2027-03-01T10:00:00.000Z', endsAt: '2027-03-15T00:00:00.000Z' }

async function addTimeOff(doctorId: string, range: object): Promise<string> {
  const { data, errors } = await clinic.ask(add, { input: { doctorId, ...range } }, administrator)
  expect(errors).toBeUndefined()
  return data?.['addTimeOff']?.['id'] ?? ''
}

describe('time off', () => {
  it('may overlap, is listed by its start where it shares an instant with the window, and can be removed', async () => {
    const id = await addADoctor(clinic)
    await addTimeOff(id, vacation)
    const removed = await addTimeOff(id, { ...morning, startsAt: '2027-03-01T09:00:00+01:00' })
    const listed = async (from: string | null, to: string | null) => {
      const { data } = await clinic.ask(timeOffOf, { id, from, to }, administrator)
      return data?.['doctor']?.['timeOff']
    }
    expect(await listed(null, null)).toEqual([{ startsAt: morning.startsAt }, { startsAt: vacation.startsAt }])
    expect(await listed(morning.endsAt, null)).toEqual([{ startsAt: vacation.startsAt }])
    expect(await listed(null, vacation.startsAt)).toEqual([{ startsAt: morning.startsAt }])
    expect(await listed(vacation.endsAt, '2028-01-01T00:00:00Z')).toEqual([])

    expect((await clinic.ask(remove, { id: removed }, administrator)).data).toEqual({ removeTimeOff: true })
    expect(await clinic.refusals(remove, { id: removed }, administrator)).toEqual(['NOT_FOUND'])
    const { data } = await clinic.ask(timeOffOf, { id }, administrator)
    expect(data).toEqual({ doctor: { version: 4, timeOff: [{ startsAt: vacation.startsAt }] } })

    expect(await eventsAbout(clinic, id, 4)).toMatchObject([
      { type: 'DoctorAdded' },
      ...[2, 3, 4].map((version) => ({ type: 'DoctorUpdated', doctorId: id, version })),
    ])
  })

  it.each([
    ['endsAt', { endsAt: morning.startsAt }],
    ['endsAt', { endsAt: '2028-03-01T08:00:01Z' }],
    ['startsAt', { startsAt: '2027-03-01T08:00:00' }],
    ['reason', { reason: 'x'.repeat(501) }],
    ['doctorId', { doctorId: 'nobody' }],
  ])('is refused with the path of the field: %s %j', async (field, wrong) => {
    const doctorId = await addADoctor(clinic)
    const { errors } = await clinic.ask(add, { input: { doctorId, ...morning, ...wrong } }, administrator)
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', params: { field } }])
  })

  it('of a doctor who is not there, or with an id that is not there, is NOT_FOUND', async () => {
    const input = { doctorId: randomUUID(), ...morning }
    expect(await clinic.refusals(add, { input }, administrator)).toEqual(['NOT_FOUND'])
    expect(await clinic.refusals(remove, { id: randomUUID() }, administrator)).toEqual(['NOT_FOUND'])
  })

  it('is removed once by ten who try at the same time', async () => {
    const id = await addTimeOff(await addADoctor(clinic), morning)
    const tries = Array.from({ length: 10 }, () => clinic.refusals(remove, { id }, administrator))
    expect((await Promise.all(tries)).flat()).toEqual(Array.from({ length: 9 }, () => 'NOT_FOUND'))
  })
})

describe('the calendar', () => {
  it('tells other subgraphs what decides a booking, and of time off what has not ended yet', async () => {
    const weeklyHours = [{ day: 'MONDAY', startsAt: '08:00', endsAt: '12:00' }]
    const id = await addADoctor(clinic, { weeklyHours })
    await addTimeOff(id, vacation)
    await addTimeOff(id, { startsAt: '2027-02-28T08:00:00Z', endsAt: '2027-03-01T08:00:00Z' })
    const { data } = await clinic.ask(calendars, { representations: [{ __typename: 'Doctor', id }] })
    const calendar = { available: true, timeZone: 'America/Los_Angeles', weeklyHours, timeOff: [vacation] }
    expect(data).toEqual({ _entities: [{ id, name: 'Meredith Grey', calendar }] })
  })

  it('of 20 doctors costs two statements, however many of them are not there', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => addADoctor(clinic)))
    await Promise.all(ids.map((id) => addTimeOff(id, vacation)))
    const representations = [...ids, randomUUID(), 'garbled'].map((id) => ({ __typename: 'Doctor', id }))

    const statements: string[] = []
    const { logger } = clinic.database
    clinic.database.logger = {
      ...logger,
      logQuery: (statement: string) => void statements.push(statement),
    } as typeof logger
    const { data } = await clinic.ask(calendars, { representations })
    clinic.database.logger = logger

    const answered = data?.['_entities'] as unknown as ({ id: string; calendar: { timeOff: object[] } } | null)[]
    expect(answered.map((each) => each?.id)).toEqual([...ids, undefined, undefined])
    expect(answered.slice(0, 20).every((each) => each?.calendar.timeOff.length === 1)).toBe(true)
    expect(statements.filter((statement) => /"(doctors|time_off)"/.test(statement))).toHaveLength(2)
  })
})
