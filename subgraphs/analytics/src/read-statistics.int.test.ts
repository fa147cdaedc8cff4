import { randomUUID } from 'node:crypto'
import type { Role } from '@caregraph/access'
import { type AnyEvent, topicOf } from '@caregraph/events'
import { anActor, type SubgraphUnderTest, startSubgraph } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { analytics } from './index.js'
import { anEvent, aVisit, booking } from './random-events.js'

let clinic: SubgraphUnderTest
beforeAll(async () => {
  clinic = await startSubgraph(analytics)
})
afterAll(() => clinic.stop())

const deliver = (events: readonly AnyEvent[]) =>
  Promise.all(events.map((event) => clinic.bus.publish(topicOf(event.type), [event])))

describe('clinicStatistics', () => {
  const ofClinic = `query ($from: Date! = "2027-03-01", $to: Date! = "2027-03-02") {
    clinicStatistics(from: $from, to: $to) { from to asOf totals { appointmentsBooked noShowRate } byDay { date } }
  }`

  it.each<Role>(['ADMIN', 'BILLING'])('are there for %s, also before anything happened', async (role) => {
    expect(await clinic.ask(ofClinic, {}, anActor({ roles: [role] }))).toEqual({
      data: {
        clinicStatistics: {
          from: '2027-03-01',
          to: '2027-03-02',
          asOf: null,
          totals: { appointmentsBooked: 0, noShowRate: null },
          byDay: [{ date: '2027-03-01' }, { date: '2027-03-02' }],
        },
      },
    })
  })

  it.each<Role>(['DOCTOR', 'FRONT_DESK', 'AUDITOR', 'PATIENT'])('are refused to %s', async (role) => {
    expect(await clinic.refusals(ofClinic, {}, anActor({ roles: [role] }))).toEqual(['FORBIDDEN'])
  })

  it('are refused to whoever has not signed in', async () => {
    expect(await clinic.refusals(ofClinic)).toEqual(['UNAUTHENTICATED'])
  })

  it('are there for a doctor who is also an administrator', async () => {
    expect(await clinic.refusals(ofClinic, {}, anActor({ roles: ['DOCTOR', 'ADMIN'] }))).toEqual([])
  })

  it.each([
    ['ends before it begins', { from: '2027-03-02', to: '2027-03-01' }, 'to'],
    ['has 367 days', { from: '2027-01-01', to: '2028-01-02' }, 'to'],
    ['begins on no day', { from: '2027-02-29', to: '2027-03-01' }, 'from'],
  ])('are refused for a range that %s', async (_, range, field) => {
    const { errors } = await clinic.ask(ofClinic, range, anActor())
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', params: { field } }])
  })
})

describe('the statistics of doctors', () => {
  const ofDoctors = `query ($doctors: [_Any!]!, $from: Date! = "2027-03-01", $to: Date! = "2027-03-31") {
    _entities(representations: $doctors) {
      ... on Doctor { id statistics(from: $from, to: $to) { appointmentsBooked patientsRegistered } }
    }
  }`
  const representations = (ids: readonly string[]) => ids.map((id) => ({ __typename: 'Doctor', id }))
  const booked = (doctorId: string, bookedAt: string) =>
    anEvent('AppointmentBooked', { ...aVisit({ doctorId }), ...booking, bookedAt })

  it('come for a list of doctors from one query', async () => {
    const ids = Array.from({ length: 20 }, () => randomUUID())
    await deliver([
      ...ids.slice(0, 19).map((id) => booked(id, '2027-03-05T10:00:00Z')),
      booked(String(ids[0]), '2027-04-01T10:00:00Z'),
      anEvent('PatientRegistered', { patientId: randomUUID(), registeredOn: '2027-03-05' }),
    ])
    const queries = vi.spyOn(clinic.database.logger, 'logQuery')
    const { data } = await clinic.ask(ofDoctors, { doctors: representations(ids) }, anActor())
    const ofFigures = queries.mock.calls.filter(([sql]) => sql.includes('figures'))
    queries.mockRestore()

    expect(data?.['_entities']).toEqual(
      ids.map((id, index) => ({ id, statistics: { appointmentsBooked: index < 19 ? 1 : 0, patientsRegistered: 0 } })),
    )
    expect(ofFigures).toHaveLength(1)
  })

  it('are a doctor’s own; those of another are null and FORBIDDEN at their place', async () => {
    const [own, another] = [randomUUID(), randomUUID()]
    await deliver([booked(own, '2027-03-05T10:00:00Z'), booked(another, '2027-03-05T10:00:00Z')])
    const doctor = anActor({ id: own, roles: ['DOCTOR'] })
    const { data, errors } = await clinic.ask(ofDoctors, { doctors: representations([own, another]) }, doctor)
    expect(data?.['_entities']).toEqual([
      { id: own, statistics: { appointmentsBooked: 1, patientsRegistered: 0 } },
      { id: another, statistics: null },
    ])
    expect(errors).toMatchObject([{ path: ['_entities', 1, 'statistics'], extensions: { code: 'FORBIDDEN' } }])
  })

  it.each<Role>(['FRONT_DESK', 'AUDITOR', 'PATIENT'])('are refused to %s, even under the doctor’s id', async (role) => {
    const id = randomUUID()
    const doctors = representations([id])
    expect(await clinic.refusals(ofDoctors, { doctors }, anActor({ id, roles: [role] }))).toEqual(['FORBIDDEN'])
  })

  it('are refused for a range that is none, and for an id that is none', async () => {
    const doctors = representations([randomUUID()])
    const backwards = { doctors, from: '2027-03-02', to: '2027-03-01' }
    expect(await clinic.refusals(ofDoctors, backwards, anActor())).toEqual(['BAD_USER_INPUT'])
    expect(await clinic.refusals(ofDoctors, { doctors: representations(['7']) }, anActor())).toEqual(['BAD_USER_INPUT'])
  })
})
