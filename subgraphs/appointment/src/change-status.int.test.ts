import type { Actor } from '@caregraph/access'
import { anActor, until } from '@caregraph/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { admin, type ClinicUnderTest, openClinic } from './clinic-under-test.js'

let clinic: ClinicUnderTest
beforeAll(async () => {
  clinic = await openClinic()
})
beforeEach(() => clinic.clock.set('2027-03-01T08:00:00Z'))
afterAll(() => clinic.stop())

const mutations = {
  confirmAppointment: 'CONFIRMED',
  checkInAppointment: 'CHECKED_IN',
  startAppointment: 'IN_PROGRESS',
  completeAppointment: 'COMPLETED',
  markNoShow: 'NO_SHOW',
} as const
type Mutation = keyof typeof mutations | 'cancelAppointment'

/** The new status, or the code of the refusal. */
async function act(mutation: Mutation, id: string, actor: Actor | undefined = admin, more: object = {}) {
  const { data, errors } =
    mutation === 'cancelAppointment'
      ? await clinic.ask(
          'mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) { status } }',
          { input: { id, reason: 'OTHER', ...more } },
          actor,
        )
      : await clinic.ask(
          `mutation ($id: ID!, $expectedVersion: Int) { ${mutation}(id: $id, expectedVersion: $expectedVersion) { status } }`,
          { id, ...more },
          actor,
        )
  return errors?.[0]?.extensions['code'] ?? data?.[mutation]?.['status']
}

const people = () => {
  const doctor = anActor({ id: clinic.people.aDoctor(), roles: ['DOCTOR'] })
  const patient = anActor({ id: clinic.people.aPatient(), roles: ['PATIENT'] })
  return { doctor, patient, ids: { doctorId: doctor.id, patientId: patient.id } }
}

const found = async (id: string, actor = admin) => {
  const { data } = await clinic.ask(
    `query ($id: ID!) { appointment(id: $id) { status version cancellationReason allowedActions
      history { previousStatus status changedAt } } }`,
    { id },
    actor,
  )
  return data?.['appointment']
}

describe('a visit', () => {
  it('goes its way from the request to its end, and each step is kept and told in order', async () => {
    const { doctor, patient, ids } = people()
    const id = await clinic.booked({ ...ids, startsAt: '2027-03-01T09:00:00Z' }, patient)
    expect(await act('confirmAppointment', id, doctor)).toBe('CONFIRMED')
    expect(await act('checkInAppointment', id, anActor({ roles: ['FRONT_DESK'] }))).toBe('CHECKED_IN')
    clinic.clock.set('2027-03-01T09:05:00Z')
    expect(await act('startAppointment', id, doctor)).toBe('IN_PROGRESS')
    expect(await act('completeAppointment', id, doctor)).toBe('COMPLETED')

    const morning = '2027-03-01T08:00:00.000Z'
    const later = '2027-03-01T09:05:00.000Z'
    expect(await found(id)).toMatchObject({
      status: 'COMPLETED',
      version: 5,
      allowedActions: [],
      history: [
        { previousStatus: null, status: 'PENDING', changedAt: morning },
        { previousStatus: 'PENDING', status: 'CONFIRMED', changedAt: morning },
        { previousStatus: 'CONFIRMED', status: 'CHECKED_IN', changedAt: morning },
        { previousStatus: 'CHECKED_IN', status: 'IN_PROGRESS', changedAt: later },
        { previousStatus: 'IN_PROGRESS', status: 'COMPLETED', changedAt: later },
      ],
    })
    const told = await until(() => {
      const events = clinic.published.filter(({ subject }) => subject === id)
      return events.length === 5 && events
    })
    expect(told.map(({ type, data }) => [type, 'status' in data && data.status])).toEqual([
      ['AppointmentBooked', 'PENDING'],
      ['AppointmentStatusChanged', 'CONFIRMED'],
      ['AppointmentStatusChanged', 'CHECKED_IN'],
      ['AppointmentStatusChanged', 'IN_PROGRESS'],
      ['AppointmentStatusChanged', 'COMPLETED'],
    ])
    expect(told.at(-1)?.data).toEqual({
      appointmentId: id,
      ...ids,
      serviceType: 'visit',
      startsAt: '2027-03-01T09:00:00.000Z',
      endsAt: '2027-03-01T09:30:00.000Z',
      previousStatus: 'IN_PROGRESS',
      status: 'COMPLETED',
      changedAt: later,
    })
  })

  it('that is cancelled frees its time, keeps the reason, and tells the note to nobody', async () => {
    const { patient, ids } = people()
    const id = await clinic.booked(ids)
    expect(await act('cancelAppointment', id, patient, { reason: 'PATIENT_REQUEST', note: 'a secret' })).toBe(
      'CANCELLED',
    )
    expect(await found(id, patient)).toMatchObject({ cancellationReason: 'PATIENT_REQUEST' })
    await clinic.booked(ids)
    await clinic.eventsOf('AppointmentStatusChanged')
    expect(JSON.stringify([clinic.published, clinic.logged])).not.toContain('a secret')
  })

  it('that nobody came to frees its time', async () => {
    const { ids } = people()
    const id = await clinic.booked({ ...ids, startsAt: '2027-03-01T08:00:00Z', endsAt: '2027-03-01T12:00:00Z' })
    expect(await act('markNoShow', id)).toBe('NO_SHOW')
    await clinic.booked({ ...ids, startsAt: '2027-03-01T09:00:00Z' })
  })
})

describe('an action on a visit', () => {
  it('that is past that step is refused with the status and what can be done now', async () => {
    const id = await clinic.booked({})
    const { errors } = await clinic.ask('mutation ($id: ID!) { startAppointment(id: $id) { id } }', { id }, admin)
    expect(errors?.[0]?.extensions).toEqual({
      code: 'ILLEGAL_TRANSITION',
      params: { from: 'CONFIRMED', allowed: ['CANCEL'] },
    })
  })

  it('decided on a version that no longer stands is refused, and of many at once one has its way', async () => {
    const { patient, ids } = people()
    const id = await clinic.booked(ids, patient)
    expect(await act('confirmAppointment', id, admin, { expectedVersion: 2 })).toBe('VERSION_CONFLICT')
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => act('confirmAppointment', id, admin, { expectedVersion: 1 })),
    )
    expect(answers.sort()).toEqual(['CONFIRMED', ...Array(9).fill('VERSION_CONFLICT')])
    expect(await found(id)).toMatchObject({ version: 2 })
  })

  it.each<[Mutation, readonly string[]]>([
    ['confirmAppointment', ['CONFIRMED', 'CONFIRMED', 'CONFIRMED', 'FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND']],
    ['cancelAppointment', ['CANCELLED', 'CANCELLED', 'CANCELLED', 'CANCELLED', 'FORBIDDEN', 'NOT_FOUND']],
    ['checkInAppointment', ['CHECKED_IN', 'CHECKED_IN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']],
    ['startAppointment', ['IN_PROGRESS', 'IN_PROGRESS', 'IN_PROGRESS', 'FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND']],
    ['completeAppointment', ['COMPLETED', 'COMPLETED', 'COMPLETED', 'FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND']],
    ['markNoShow', ['NO_SHOW', 'NO_SHOW', 'NO_SHOW', 'FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND']],
  ])('%s answers admin, desk, doctor, patient, billing and another doctor with %j', async (mutation, expected) => {
    const { doctor, patient, ids } = people()
    const answers = []
    for (const actor of [
      admin,
      anActor({ roles: ['FRONT_DESK'] }),
      doctor,
      patient,
      anActor({ roles: ['BILLING'] }),
      anActor({ roles: ['DOCTOR'] }),
    ]) {
      clinic.clock.set('2027-03-01T08:00:00Z')
      const isRequest = mutation === 'confirmAppointment'
      const id = await clinic.booked({ ...ids, startsAt: '2027-03-01T09:00:00Z' }, isRequest ? patient : admin)
      if (mutation === 'startAppointment' || mutation === 'completeAppointment') await act('checkInAppointment', id)
      if (mutation === 'completeAppointment') await act('startAppointment', id)
      if (mutation === 'markNoShow') clinic.clock.set('2027-03-01T09:00:00Z')
      answers.push(await act(mutation, id, actor))
      await clinic.database.query(`UPDATE appointments SET status = 'CANCELLED' WHERE id = $1`, [id])
    }
    expect(answers).toEqual(expected)
    expect(await act(mutation, '0195d3f8-0000-7000-8000-000000000001')).toBe('NOT_FOUND')
    expect(await act(mutation, 'x')).toBe('BAD_USER_INPUT')
    expect(await act(mutation, '0195d3f8-0000-7000-8000-000000000001', anActor({ roles: ['AUDITOR'] }))).toBe(
      'FORBIDDEN',
    )
  })

  it('of a patient on another’s visit is answered as if there were none', async () => {
    const id = await clinic.booked({})
    expect(await act('cancelAppointment', id, anActor({ roles: ['PATIENT'] }))).toBe('NOT_FOUND')
  })

  it('by nobody is refused', async () => {
    const { errors } = await clinic.ask('mutation { markNoShow(id: "x") { id } }')
    expect(errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED')
  })

  it('cannot bring a note that is too long', async () => {
    expect(await act('cancelAppointment', await clinic.booked({}), admin, { note: 'x'.repeat(501) })).toBe(
      'BAD_USER_INPUT',
    )
  })
})

describe('confirmAppointment', () => {
  it('checks everything again: who has gone since, and when the doctor works', async () => {
    const { patient, ids } = people()
    const id = await clinic.booked(ids, patient)
    const calendar = clinic.people.doctors.get(ids.doctorId)?.calendar
    calendar?.timeOff.push({ startsAt: '2027-03-02T00:00:00Z', endsAt: '2027-03-03T00:00:00Z' })
    expect(await act('confirmAppointment', id)).toBe('DOCTOR_UNAVAILABLE')
    calendar?.timeOff.pop()
    clinic.people.patients.set(patient.id, { archivedAt: '2027-03-01T00:00:00Z' })
    expect(await act('confirmAppointment', id)).toBe('PATIENT_NOT_FOUND')
    clinic.people.patients.set(patient.id, { archivedAt: null })
    clinic.people.closed.add('doctor')
    expect(await act('confirmAppointment', id)).toBe('SERVICE_UNAVAILABLE')
    clinic.people.closed.clear()
    expect(await act('confirmAppointment', id)).toBe('CONFIRMED')
  })

  it('comes too late once the request has lapsed, also before that is written down', async () => {
    const { patient, ids } = people()
    const id = await clinic.booked({ ...ids, startsAt: '2027-03-01T08:30:00Z' }, patient)
    clinic.clock.set('2027-03-01T08:30:00Z')
    expect(await act('confirmAppointment', id)).toBe('ILLEGAL_TRANSITION')
  })
})
