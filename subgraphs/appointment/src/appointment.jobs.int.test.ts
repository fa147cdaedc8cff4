import { queryRows } from '@caregraph/database'
import { anActor, until } from '@caregraph/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expireAppointments, markMissedAppointments } from './appointment.jobs.js'
import { type ClinicUnderTest, openClinic } from './clinic-under-test.js'

let clinic: ClinicUnderTest
beforeEach(async () => {
  clinic = await openClinic()
})
afterEach(() => clinic.stop())

const room = () => ({
  database: clinic.database,
  now: clinic.clock.now,
  services: { noShowGraceSeconds: 7_200 },
})
const statusOf = async (id: string) =>
  (await queryRows<{ status: string }>(clinic.database, 'SELECT status FROM appointments WHERE id = $1', [id]))[0]
    ?.status
const request = (input: object = {}) => {
  const himself = anActor({ id: clinic.people.aPatient(), roles: ['PATIENT'] })
  return clinic.booked({ patientId: himself.id, ...input }, himself)
}

describe('a request that nobody confirms', () => {
  it('lapses after a day, not a moment before', async () => {
    const id = await request({ startsAt: '2027-03-09T09:00:00Z' })
    clinic.clock.set('2027-03-02T07:59:59.999Z')
    await expireAppointments(room())
    expect(await statusOf(id)).toBe('PENDING')
    clinic.clock.set('2027-03-02T08:00:00Z')
    await expireAppointments(room())
    expect(await statusOf(id)).toBe('EXPIRED')
  })

  it('lapses at its start', async () => {
    const id = await request({ startsAt: '2027-03-01T09:00:00Z' })
    clinic.clock.set('2027-03-01T09:00:00Z')
    await expireAppointments(room())
    expect(await statusOf(id)).toBe('EXPIRED')
  })

  it('lapses by itself', async () => {
    const id = await request()
    clinic.clock.advance(86_400_000)
    await until(async () => (await statusOf(id)) === 'EXPIRED')
  })

  it('blocks nobody once it has lapsed, also before that is written down, and is told once', async () => {
    const doctorId = clinic.people.aDoctor()
    const id = await request({ doctorId, startsAt: '2027-03-09T09:00:00Z' })
    clinic.clock.advance(86_400_000)
    const next = await clinic.booked({ doctorId, startsAt: '2027-03-09T09:15:00Z' })
    expect([await statusOf(id), await statusOf(next)]).toEqual(['EXPIRED', 'CONFIRMED'])
    await expireAppointments(room())
    await until(() => clinic.published.some(({ subject }) => subject === next))
    expect(
      clinic.published.filter(({ subject }) => subject === id).map(({ data }) => 'status' in data && data.status),
    ).toEqual(['PENDING', 'EXPIRED'])
  })
})

describe('a confirmed visit that nobody came to', () => {
  it('is marked two hours after its end, not a moment before', async () => {
    const id = await clinic.booked({ startsAt: '2027-03-01T09:00:00Z' })
    clinic.clock.set('2027-03-01T11:29:59.999Z')
    await markMissedAppointments(room())
    expect(await statusOf(id)).toBe('CONFIRMED')
    clinic.clock.set('2027-03-01T11:30:00Z')
    await markMissedAppointments(room())
    expect(await statusOf(id)).toBe('NO_SHOW')
  })
})

describe('the jobs', () => {
  it('of four copies at once bring more rows than a batch to their end, each with one event', async () => {
    const ids: string[] = []
    for (let count = 0; count < 250; count++) ids.push(await request())
    clinic.clock.advance(86_400_000)
    await Promise.all(Array.from({ length: 4 }, () => expireAppointments(room())))
    expect(new Set(await Promise.all(ids.map(statusOf)))).toEqual(new Set(['EXPIRED']))
    const changes = await clinic.eventsOf('AppointmentStatusChanged', 250)
    expect(new Set(changes.map(({ subject }) => subject))).toEqual(new Set(ids))
    expect(changes).toHaveLength(250)
  })

  it('touch nothing that is confirmed, checked in or over', async () => {
    const confirmed = await clinic.booked({ startsAt: '2027-03-20T09:00:00Z' })
    const here = await clinic.booked({ startsAt: '2027-03-01T09:00:00Z' })
    await clinic.database.query(`UPDATE appointments SET status = 'CHECKED_IN' WHERE id = $1`, [here])
    clinic.clock.set('2027-03-10T08:00:00Z')
    await expireAppointments(room())
    await markMissedAppointments(room())
    expect([await statusOf(confirmed), await statusOf(here)]).toEqual(['CONFIRMED', 'CHECKED_IN'])
  })
})

it('the settings are read when the subgraph starts, and one that is no number of seconds stops it', async () => {
  const settings = { PENDING_SECONDS: 'a day', NO_SHOW_GRACE_SECONDS: '0' }
  await expect(openClinic({ settings })).rejects.toThrow(/PENDING_SECONDS is "a day".*\nNO_SHOW_GRACE_SECONDS is "0"/)
})
