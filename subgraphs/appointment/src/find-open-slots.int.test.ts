import { anActor } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, type ClinicUnderTest, openClinic } from './clinic-under-test.js'

let clinic: ClinicUnderTest
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic.stop())

const tuesdayMorning = { weeklyHours: [{ day: 'TUESDAY', startsAt: '09:00', endsAt: '11:00' } as const] }
const at = (time: string) => `2027-03-02T${time}:00.000Z`
const aWindow = { serviceType: 'visit', from: '2027-03-02T00:00:00Z', to: '2027-03-03T00:00:00Z' }

async function slots(doctorIds: readonly string[], window: object = {}) {
  const { data, errors } = await clinic.ask(
    `query ($representations: [_Any!]!, $serviceType: ID!, $from: DateTime!, $to: DateTime!) {
      _entities(representations: $representations) {
        ... on Doctor { openSlots(serviceType: $serviceType, from: $from, to: $to) { startsAt endsAt } } } }`,
    {
      ...aWindow,
      ...window,
      // As the gateway brings it along: the doctor department's own answer.
      representations: doctorIds.map((id) => ({ __typename: 'Doctor', id, ...clinic.people.doctors.get(id) })),
    },
  )
  const entities = data?.['_entities'] as unknown as ({ openSlots: { startsAt: string }[] | null } | null)[] | undefined
  return {
    starts: entities?.map((each) => each?.openSlots?.map(({ startsAt }) => startsAt)),
    refusal: errors?.[0]?.extensions,
  }
}

describe('openSlots', () => {
  it('are the grid of the working hours less what is taken, for everybody', async () => {
    const doctorId = clinic.people.aDoctor(tuesdayMorning)
    expect((await slots([doctorId])).starts).toEqual([[at('09:00'), at('09:30'), at('10:00'), at('10:30')]])
    await clinic.booked({ doctorId, startsAt: at('09:40'), endsAt: at('10:10') })
    expect((await slots([doctorId])).starts).toEqual([[at('09:00'), at('10:30')]])
  })

  it('can all be booked, and a cancelled one comes back', async () => {
    const doctorId = clinic.people.aDoctor(tuesdayMorning)
    const offered = (await slots([doctorId])).starts?.[0] ?? []
    const booked = []
    for (const startsAt of offered) booked.push(await clinic.booked({ doctorId, startsAt }))
    expect((await slots([doctorId])).starts).toEqual([[]])
    const cancel = 'mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) { id } }'
    await clinic.ask(cancel, { input: { id: booked[1], reason: 'OTHER' } }, admin)
    expect((await slots([doctorId])).starts).toEqual([[offered[1]]])
  })

  it('are taken by a request until it lapses, not until that is written down', async () => {
    const doctorId = clinic.people.aDoctor(tuesdayMorning)
    const himself = anActor({ id: clinic.people.aPatient(), roles: ['PATIENT'] })
    await clinic.booked({ doctorId, patientId: himself.id, startsAt: '2027-03-09T09:00:00Z' }, himself)
    const week = { from: '2027-03-09T00:00:00Z', to: '2027-03-10T00:00:00Z' }
    expect((await slots([doctorId], week)).starts?.[0]).toHaveLength(3)
    clinic.clock.advance(86_400_000)
    expect((await slots([doctorId], week)).starts?.[0]).toHaveLength(4)
    clinic.clock.advance(-86_400_000)
  })

  it('of several doctors are each one’s own', async () => {
    const [one, two] = [clinic.people.aDoctor(tuesdayMorning), clinic.people.aDoctor(tuesdayMorning)]
    await clinic.booked({ doctorId: two, startsAt: at('09:00'), endsAt: at('10:30') })
    expect((await slots([one, two])).starts?.map((each) => each?.length)).toEqual([4, 1])
  })

  it.each([
    [{ serviceType: 'unknown' }, 'serviceType'],
    [{ to: '2027-03-02T00:00:00Z' }, 'to'],
    [{ to: '2027-03-01T00:00:00Z' }, 'to'],
    [{ to: '2027-04-02T00:00:01Z' }, 'to'],
    [{ from: 'soon' }, 'from'],
  ])('asked for with %j are refused with the path of the field', async (window, field) => {
    const { refusal } = await slots([clinic.people.aDoctor()], window)
    expect(refusal).toEqual({ code: 'BAD_USER_INPUT', params: { field } })
  })

  it('are answered for 31 days and not a moment more', async () => {
    const { starts } = await slots([clinic.people.aDoctor(tuesdayMorning)], { to: '2027-04-02T00:00:00Z' })
    expect(starts?.[0]).toHaveLength(5 * 4)
  })
})
