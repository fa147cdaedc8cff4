import { beforeAll, describe, expect, inject, it } from 'vitest'
import { overlapsBy, type Visit, visitsOf } from './books.js'
import { type Client, signIn } from './client.js'
import { inFlight } from './in-flight.js'
import { aDoctor, aPatient, aPatientWhoSignsIn, aServiceType, bookAppointment, inHours } from './people.js'
import { seededRandom } from './random.js'

const url = inject('clinicUrl')
let admin: Client
let serviceType: string
beforeAll(async () => {
  admin = await signIn(url)
  serviceType = await aServiceType(admin)
})

describe('one slot', () => {
  it('goes to one of 500 who want it, and all others hear SLOT_TAKEN and nothing else', async () => {
    const doctorId = await aDoctor(admin)
    const startsAt = inHours(48)
    const selves = await inFlight(4, Array<string>(50).fill(url), (clinicUrl) => aPatientWhoSignsIn(clinicUrl))
    const others = await inFlight(20, Array(450).fill({}), (overrides: object) => aPatient(admin, overrides))
    const bySelf = selves.map(({ client, id }) => ({ client, patientId: id }))
    const byStaff = others.map((patientId) => ({ client: admin, patientId }))
    // Every tenth asks for himself, so that both kinds are under way together.
    const wanting = bySelf.flatMap((self, index) => [self, ...byStaff.slice(9 * index, 9 * index + 9)])

    const outcomes = await inFlight(100, wanting, async ({ client, patientId }) => {
      const { data, errors } = await client.ask<{ bookAppointment: { id: string } }>(bookAppointment, {
        input: { doctorId, patientId, serviceType, startsAt },
      })
      return errors[0]?.extensions.code ?? (data?.bookAppointment.id ? 'booked' : 'nothing')
    })
    expect(counted(outcomes)).toEqual({ booked: 1, SLOT_TAKEN: 499 })
    expect(await visitsOf(admin, { doctorId })).toHaveLength(1)
  })

  it('of a patient goes to one of 40 doctors who are asked at once, and all others hear PATIENT_BUSY', async () => {
    const patientId = await aPatient(admin)
    const doctorIds = await inFlight(8, Array(40).fill({}), (overrides: object) => aDoctor(admin, overrides))
    const startsAt = inHours(49)
    const outcomes = await inFlight(doctorIds.length, doctorIds, async (doctorId) => {
      const input = { doctorId, patientId, serviceType, startsAt }
      return (await admin.refusals(bookAppointment, { input }))[0] ?? 'booked'
    })
    expect(counted(outcomes)).toEqual({ booked: 1, PATIENT_BUSY: 39 })
  })

  it('is free right after the visit before it and right before the one after it, for both', async () => {
    const [doctorId, patientId] = [await aDoctor(admin), await aPatient(admin)]
    const book = (startsAt: string, endsAt: string) =>
      admin.refusals(bookAppointment, { input: { doctorId, patientId, serviceType, startsAt, endsAt } })
    expect(await book(inHours(50), inHours(51))).toEqual([])
    expect(await book(inHours(51), inHours(52))).toEqual([])
    expect(await book(inHours(49), inHours(50))).toEqual([])
    expect(await book(inHours(51), inHours(53))).toEqual(['SLOT_TAKEN'])
  })
})

describe('any mix of commands', () => {
  it('leaves no two visits of a doctor or a patient that overlap', async () => {
    const random = seededRandom('any mix of commands')
    const doctorIds = await inFlight(4, Array(4).fill({}), (overrides: object) => aDoctor(admin, overrides))
    const patientIds = await inFlight(4, Array(6).fill({}), (overrides: object) => aPatient(admin, overrides))
    const minute = 60_000
    const firstStart = Date.parse(inHours(72))
    const booked: { id: string; endsAt: string }[] = []
    let cancelled = 0

    const book = async (startsAt: number) => {
      const input = {
        doctorId: random.of(doctorIds),
        patientId: random.of(patientIds),
        serviceType,
        startsAt: new Date(startsAt).toISOString(),
        endsAt: new Date(startsAt + 5 * minute * random.between(1, 18)).toISOString(),
      }
      const { data, errors } = await admin.ask<{ bookAppointment: Visit }>(bookAppointment, { input })
      if (data?.bookAppointment) booked.push(data.bookAppointment)
      return errors.map(({ extensions }) => extensions.code)
    }
    const cancel = async () => {
      const codes = await admin.refusals(
        'mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) { id } }',
        { input: { id: random.of(booked).id, reason: 'OTHER' } },
      )
      if (codes.length === 0) cancelled++
      return codes
    }
    const command = () => {
      const dice = random.between(1, 10)
      if (booked.length > 0 && dice <= 3) return cancel()
      if (booked.length > 0 && dice <= 5) return book(Date.parse(random.of(booked).endsAt))
      return book(firstStart + 5 * minute * random.between(0, 96))
    }
    const refusals = await inFlight(20, Array(500).fill(0), command)
    const unexpected = refusals.flat().filter((code) => !expectedInAMix.has(code))
    expect(unexpected).toEqual([])

    const visits = (await inFlight(4, doctorIds, (doctorId) => visitsOf(admin, { doctorId }))).flat()
    expect(visits.map(({ id }) => id).sort()).toEqual(booked.map(({ id }) => id).sort())
    const occupying = visits.filter(({ status }) => status !== 'CANCELLED')
    expect(occupying).toHaveLength(booked.length - cancelled)
    expect(overlapsBy(occupying, ({ doctor }) => doctor.id)).toEqual([])
    expect(overlapsBy(occupying, ({ patient }) => patient.id)).toEqual([])
    // Without these the mix has shown nothing.
    expect(cancelled).toBeGreaterThan(10)
    expect(refusals.flat().filter((code) => code === 'SLOT_TAKEN').length).toBeGreaterThan(10)
    expect(refusals.flat().filter((code) => code === 'PATIENT_BUSY').length).toBeGreaterThan(10)
  })
})

const expectedInAMix = new Set(['SLOT_TAKEN', 'PATIENT_BUSY', 'ILLEGAL_TRANSITION'])

function counted(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}
