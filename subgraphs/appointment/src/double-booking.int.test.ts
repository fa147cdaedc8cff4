import { newId, queryRows } from '@caregraph/database'
import { anActor } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expireAppointments } from './appointment.jobs.js'
import { occupies } from './appointment.tables.js'
import { admin, type ClinicUnderTest, openClinic } from './clinic-under-test.js'

let clinic: ClinicUnderTest
beforeAll(async () => {
  clinic = await openClinic({ settings: { PENDING_SECONDS: '600' } })
})
afterAll(() => clinic.stop())

const day = Date.parse('2027-06-01T08:00:00Z')
const quarter = 900_000
const iso = (instant: number) => new Date(instant).toISOString()

/** Park and Miller's generator: the same seed gives the same story on every machine. */
function dice(seed: number): (limit: number) => number {
  let state = seed * 7919
  return (limit) => {
    state = (state * 48271) % 2147483647
    return Math.floor((state / 2147483647) * limit)
  }
}

const codeOf = async (input: object, actor = admin) =>
  ((await clinic.book(input, actor)).errors?.[0]?.extensions['code'] as string | undefined) ?? 'booked'

const letLapse = () => expireAppointments({ database: clinic.database, now: clinic.clock.now })

/** So many bookings of one slot, 100 at once: what each was answered, in the order of the alphabet. */
async function attempts(count: number, people: () => { doctorId: string; patientId: string }): Promise<string[]> {
  const wishes = Array.from({ length: count }, () => ({ ...people(), startsAt: iso(day) }))
  const codes: string[] = []
  const worker = async () => {
    for (let wish = wishes.pop(); wish; wish = wishes.pop()) codes.push(await codeOf(wish))
  }
  await Promise.all(Array.from({ length: 100 }, worker))
  return codes.sort()
}
const ofOneDoctor = () => {
  const doctorId = clinic.people.aDoctor()
  return () => ({ doctorId, patientId: clinic.people.aPatient() })
}
const ofOnePatient = () => {
  const patientId = clinic.people.aPatient()
  return () => ({ doctorId: clinic.people.aDoctor(), patientId })
}

function overlaps(column: 'doctor_id' | 'patient_id'): Promise<object[]> {
  return queryRows(
    clinic.database,
    `SELECT one.id, other.id FROM appointments one JOIN appointments other USING (${column})
     WHERE one.id < other.id AND one.${occupies} AND other.${occupies}
       AND one.starts_at < other.ends_at AND other.starts_at < one.ends_at`,
  )
}

describe('no doctor and no patient has two visits at once', () => {
  it('after 500 attempts at one slot, 100 at once: one is booked, the others are SLOT_TAKEN', async () => {
    expect(await attempts(500, ofOneDoctor())).toEqual([...Array(499).fill('SLOT_TAKEN'), 'booked'])
  })

  it('when one patient asks for a hundred doctors at the same time', async () => {
    expect(await attempts(100, ofOnePatient())).toEqual([...Array(99).fill('PATIENT_BUSY'), 'booked'])
  })

  it('when the code above fails: the tables refuse it', async () => {
    const [patientId, doctorId] = [clinic.people.aPatient(), clinic.people.aDoctor()]
    await clinic.booked({ patientId, doctorId })
    const again = (doctor: string, patient: string) =>
      clinic.database.query(
        `INSERT INTO appointments SELECT $1, $2, $3, service_type, starts_at, ends_at, 'COMPLETED', NULL, 0, 'USD', NULL,
           NULL, NULL, created_at, 1 FROM appointments WHERE doctor_id = $4`,
        [newId(), patient, doctor, doctorId],
      )
    await expect(again(doctorId, newId())).rejects.toThrow('appointments_one_at_a_time_for_doctor')
    await expect(again(newId(), patientId)).rejects.toThrow('appointments_one_at_a_time_for_patient')
    await expect(again(newId(), newId())).resolves.toBeDefined()
  })

  it('when the tables fail: the locks of doctor and patient are enough', async () => {
    const [{ definitions }] = await clinic.database.query(
      `SELECT json_object_agg(conname, pg_get_constraintdef(oid)) AS definitions FROM pg_constraint WHERE contype = 'x'`,
    )
    for (const name of Object.keys(definitions)) {
      await clinic.database.query(`ALTER TABLE appointments DROP CONSTRAINT ${name}`)
    }
    try {
      expect(await attempts(200, ofOneDoctor())).toEqual([...Array(199).fill('SLOT_TAKEN'), 'booked'])
      expect(await attempts(200, ofOnePatient())).toEqual([...Array(199).fill('PATIENT_BUSY'), 'booked'])
    } finally {
      for (const [name, definition] of Object.entries(definitions)) {
        await clinic.database.query(`ALTER TABLE appointments ADD CONSTRAINT ${name} ${definition}`)
      }
    }
  })

  it('after any mix of bookings, cancellations, confirmations and lapses by 20 at once', async () => {
    const seed = 20270301
    const roll = dice(seed)
    const doctors = Array.from({ length: 3 }, () => clinic.people.aDoctor())
    const patients = Array.from({ length: 4 }, () => anActor({ id: clinic.people.aPatient(), roles: ['PATIENT'] }))
    const known: string[] = []
    const unexpected: unknown[] = []
    const act = async () => {
      const choice = roll(10)
      clinic.clock.advance(roll(20_000))
      const id = known[roll(known.length)]
      if (choice < 6 || id === undefined) {
        const patient = patients[roll(4)] ?? admin
        const startsAt = day + roll(40) * quarter
        const wish = {
          patientId: patient.id,
          doctorId: doctors[roll(3)],
          startsAt: iso(startsAt),
          endsAt: iso(startsAt + (1 + roll(4)) * quarter),
        }
        const { data, errors } = await clinic.book(wish, roll(2) ? patient : admin)
        if (errors)
          unexpected.push(
            ...errors.filter(({ extensions }) => !['SLOT_TAKEN', 'PATIENT_BUSY'].includes(String(extensions['code']))),
          )
        else known.push(String(data?.['bookAppointment']?.['id']))
      } else if (choice === 6) {
        await letLapse()
      } else if (choice === 7) {
        await clinic.ask('mutation ($id: ID!) { confirmAppointment(id: $id) { id } }', { id }, admin)
      } else {
        const input = { id, reason: 'OTHER' }
        await clinic.ask(
          'mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) { id } }',
          { input },
          admin,
        )
      }
    }
    const worker = async () => {
      for (let count = 0; count < 60; count++) await act()
    }
    await Promise.all(Array.from({ length: 20 }, worker))

    expect(unexpected, `seed ${seed}`).toEqual([])
    expect(known.length).toBeGreaterThan(50)
    expect(await overlaps('doctor_id'), `seed ${seed}`).toEqual([])
    expect(await overlaps('patient_id'), `seed ${seed}`).toEqual([])

    // Each history is a chain from nothing to the status that stands, and each link of it was told once, in order.
    const links = await queryRows<{ id: string; previous: string | null; status: string; now: string }>(
      clinic.database,
      `SELECT id, change.previous_status AS previous, change.status, appointment.status AS now
       FROM appointments appointment JOIN appointment_status_changes change ON appointment_id = id
       WHERE id = ANY ($1) ORDER BY id, change.version`,
      [known],
    )
    const chains = new Map<string, string[]>()
    for (const link of links) {
      const chain = chains.get(link.id) ?? []
      expect(link.previous).toBe(chain.at(-1) ?? null)
      chains.set(link.id, [...chain, link.status])
    }
    for (const link of links) expect(chains.get(link.id)?.at(-1)).toBe(link.now)
    await clinic.eventsOf('AppointmentStatusChanged', links.filter(({ previous }) => previous !== null).length)
    const told = new Map<string, string[]>()
    for (const { subject, data } of clinic.published) {
      if (chains.has(subject) && 'status' in data) told.set(subject, [...(told.get(subject) ?? []), data.status])
    }
    expect(told).toEqual(chains)
  })

  it('and nobody is refused without a reason: a list in memory agrees with every single answer', async () => {
    const seed = 42
    const roll = dice(seed)
    const doctors = Array.from({ length: 2 }, () => clinic.people.aDoctor())
    const patients = Array.from({ length: 3 }, () => anActor({ id: clinic.people.aPatient(), roles: ['PATIENT'] }))
    const standing: { id: string; doctorId: string; patientId: string; from: number; to: number; until: number }[] = []
    for (let step = 0; step < 300; step++) {
      clinic.clock.advance(roll(60_000))
      const now = clinic.clock.now().getTime()
      const alive = standing.filter(({ until }) => until > now)
      const target = alive[roll(alive.length)]
      if (target && roll(4) === 0) {
        const input = { id: target.id, reason: 'OTHER' }
        await clinic.ask(
          'mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) { id } }',
          { input },
          admin,
        )
        standing.splice(standing.indexOf(target), 1)
        continue
      }
      const patient = patients[roll(3)] ?? admin
      const doctorId = doctors[roll(2)] ?? ''
      const from = day + roll(24) * quarter
      const to = from + (1 + roll(3)) * quarter
      const actor = roll(2) ? patient : admin
      const clash = alive.filter((other) => other.from < to && other.to > from)
      const expected = clash.some((other) => other.doctorId === doctorId)
        ? 'SLOT_TAKEN'
        : clash.some((other) => other.patientId === patient.id)
          ? 'PATIENT_BUSY'
          : 'booked'
      const wish = { patientId: patient.id, doctorId, startsAt: iso(from), endsAt: iso(to) }
      const { data, errors } = await clinic.book(wish, actor)
      expect(errors?.[0]?.extensions['code'] ?? 'booked', `seed ${seed}, step ${step}`).toBe(expected)
      if (!errors) {
        const until = actor === admin ? Number.POSITIVE_INFINITY : now + 600_000
        standing.push({
          id: String(data?.['bookAppointment']?.['id']),
          doctorId,
          patientId: patient.id,
          from,
          to,
          until,
        })
      }
    }
  })
})
