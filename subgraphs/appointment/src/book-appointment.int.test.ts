import { anActor } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClinicUnderTest, openClinic } from './clinic-under-test.js'

let clinic: ClinicUnderTest
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic.stop())

const at = (time: string) => `2027-03-02T${time}:00Z`
const wish = (overrides: object = {}) => ({
  patientId: clinic.people.aPatient(),
  doctorId: clinic.people.aDoctor(),
  startsAt: at('09:00'),
  ...overrides,
})
const codeOf = async (input: object, actor = anActor()) =>
  (await clinic.book(input, actor)).errors?.map(({ extensions }) => extensions['code']).join() ?? 'booked'

describe('bookAppointment', () => {
  it('of 500 attempts at one slot, 100 at once, books one and refuses the others as SLOT_TAKEN', async () => {
    const doctorId = clinic.people.aDoctor()
    const codes: string[] = []
    const attempts = Array.from({ length: 500 }, () => () => codeOf(wish({ doctorId })))
    const worker = async () => {
      for (let attempt = attempts.pop(); attempt; attempt = attempts.pop()) codes.push(await attempt())
    }
    const startedAt = performance.now()
    await Promise.all(Array.from({ length: 100 }, worker))
    console.log('contention ms', performance.now() - startedAt)
    expect(codes.filter((code) => code === 'booked')).toHaveLength(1)
    expect(codes.filter((code) => code === 'SLOT_TAKEN')).toHaveLength(499)
  })
})
