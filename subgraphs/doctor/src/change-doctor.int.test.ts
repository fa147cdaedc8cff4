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

const facts = 'id name department phone gender available yearsOfExperience version identifiers { system value }'
const update = `mutation ($input: UpdateDoctorInput!) { updateDoctor(input: $input) { ${facts} } }`
const archive = `mutation ($id: ID!, $reason: String = "retired") {
  archiveDoctor(id: $id, reason: $reason) { id archivedAt available version }
}`
const setHours = `mutation ($doctorId: ID!, $hours: [WorkingHoursInput!]!) {
  setWeeklyHours(doctorId: $doctorId, hours: $hours) { version weeklyHours { day startsAt endsAt } }
}`

describe('updateDoctor', () => {
  it('keeps what is left out, clears what is null, and counts the version', async () => {
    const identifiers = [{ system: 'npi', value: randomUUID() }]
    const id = await addADoctor(clinic, {
      department: 'Surgery',
      phone: '+14155550123',
      gender: 'FEMALE',
      yearsOfExperience: 7,
      available: false,
      identifiers,
    })
    const first = await clinic.ask(update, { input: { id, name: 'Cristina Yang', phone: null } }, administrator)
    expect(first.data?.['updateDoctor']).toEqual({
      id,
      name: 'Cristina Yang',
      department: 'Surgery',
      phone: null,
      gender: 'FEMALE',
      yearsOfExperience: 7,
      available: false,
      version: 2,
      identifiers,
    })
    const cleared = { department: null, gender: null, available: null, yearsOfExperience: null, identifiers: null }
    const second = await clinic.ask(update, { input: { id, expectedVersion: 2, ...cleared } }, administrator)
    expect(second.data?.['updateDoctor']).toMatchObject({
      department: null,
      gender: 'UNKNOWN',
      available: true,
      yearsOfExperience: 0,
      identifiers: [],
      version: 3,
    })
    expect(await eventsAbout(clinic, id, 3)).toMatchObject([
      { type: 'DoctorAdded' },
      { type: 'DoctorUpdated', doctorId: id, version: 2 },
      { type: 'DoctorUpdated', doctorId: id, version: 3 },
    ])
  })

  it('gives an identifier that was taken from one doctor to another', async () => {
    const identifiers = [{ system: 'npi', value: 'moves' }]
    const from = await addADoctor(clinic, { identifiers })
    const to = await addADoctor(clinic)
    expect(await clinic.refusals(update, { input: { id: to, identifiers } }, administrator)).toEqual([
      'DUPLICATE_IDENTIFIER',
    ])
    expect(await clinic.refusals(update, { input: { id: from, identifiers: [] } }, administrator)).toEqual([])
    expect(await clinic.refusals(update, { input: { id: to, identifiers } }, administrator)).toEqual([])
  })

  it.each(['name', 'specialization', 'licenseNumber', 'timeZone'])('does not clear the %s', async (field) => {
    const id = await addADoctor(clinic)
    const { errors } = await clinic.ask(update, { input: { id, [field]: null } }, administrator)
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', params: { field } }])
  })

  it("refuses another doctor's licence, and takes the doctor's own in another form", async () => {
    const taken = `A ${randomUUID()}`
    const id = await addADoctor(clinic, { licenseNumber: taken })
    const other = await addADoctor(clinic)
    expect(await clinic.refusals(update, { input: { id: other, licenseNumber: taken } }, administrator)).toEqual([
      'DUPLICATE_LICENSE',
    ])
    const inAnotherForm = { id, licenseNumber: taken.replace(' ', '').toUpperCase() }
    expect(await clinic.refusals(update, { input: inAnotherForm }, administrator)).toEqual([])
  })

  it('lets one of 50 win who decided on the same version, and tells the other 49', async () => {
    const id = await addADoctor(clinic)
    const attempts = Array.from({ length: 50 }, (_, index) =>
      clinic.ask(update, { input: { id, expectedVersion: 1, name: `Writer ${index}` } }, administrator),
    )
    const answers = await Promise.all(attempts)
    const winners = answers.flatMap(({ data }) => (data?.['updateDoctor'] ? [data['updateDoctor']] : []))
    const codes = answers.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions['code']))
    expect(winners).toHaveLength(1)
    expect(codes).toEqual(Array.from({ length: 49 }, () => 'VERSION_CONFLICT'))
    const { data } = await clinic.ask(`{ doctor(id: "${id}") { ${facts} } }`, {}, administrator)
    expect(data?.['doctor']).toEqual(winners[0])
  })

  it('loses none of 50 concurrent changes that expect no version', async () => {
    const id = await addADoctor(clinic)
    const attempts = Array.from({ length: 50 }, () =>
      clinic.refusals(update, { input: { id, name: 'Anyone' } }, administrator),
    )
    expect((await Promise.all(attempts)).flat()).toEqual([])
    const { data } = await clinic.ask(`{ doctor(id: "${id}") { version } }`)
    expect(data).toEqual({ doctor: { version: 51 } })
  })
})

describe('archiveDoctor', () => {
  it('takes no new appointments from now on, whatever is set afterwards; once more changes nothing', async () => {
    const id = await addADoctor(clinic)
    const archived = { id, archivedAt: '2027-03-01T08:00:00.000Z', available: false, version: 2 }
    expect((await clinic.ask(archive, { id }, administrator)).data).toEqual({ archiveDoctor: archived })
    expect((await clinic.ask(archive, { id }, administrator)).data).toEqual({ archiveDoctor: archived })

    const changed = await clinic.ask(update, { input: { id, available: true } }, administrator)
    expect(changed.data?.['updateDoctor']).toMatchObject({ available: false, version: 3 })
    const calendar = `{ _entities(representations: [{ __typename: "Doctor", id: "${id}" }]) { ... on Doctor { calendar { available } } } }`
    expect((await clinic.ask(calendar)).data).toEqual({ _entities: [{ calendar: { available: false } }] })
    expect(await eventsAbout(clinic, id, 3)).toMatchObject([
      { type: 'DoctorAdded' },
      { type: 'DoctorArchived', doctorId: id },
      { type: 'DoctorUpdated', version: 3 },
    ])
  })

  it('needs a reason', async () => {
    const id = await addADoctor(clinic)
    const { errors } = await clinic.ask(archive, { id, reason: ' ' }, administrator)
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', params: { field: 'reason' } })
  })
})

describe('setWeeklyHours', () => {
  const day = { day: 'MONDAY', startsAt: '08:00', endsAt: '12:00' }
  const night = { day: 'SUNDAY', startsAt: '20:00', endsAt: '08:00' }

  it('replaces all hours, and tells it', async () => {
    const doctorId = await addADoctor(clinic, { weeklyHours: [day] })
    const { data } = await clinic.ask(setHours, { doctorId, hours: [night, day] }, administrator)
    expect(data).toEqual({ setWeeklyHours: { version: 2, weeklyHours: [night, day] } })
    const none = await clinic.ask(setHours, { doctorId, hours: [] }, administrator)
    expect(none.data).toEqual({ setWeeklyHours: { version: 3, weeklyHours: [] } })
    expect(await eventsAbout(clinic, doctorId, 3)).toMatchObject([
      { type: 'DoctorAdded' },
      { type: 'DoctorUpdated', version: 2 },
      { type: 'DoctorUpdated', version: 3 },
    ])
  })

  it('leaves the old hours where the new ones are refused', async () => {
    const doctorId = await addADoctor(clinic, { weeklyHours: [day] })
    const overlapping = { doctorId, hours: [night, { ...day, startsAt: '07:59' }] }
    expect(await clinic.refusals(setHours, overlapping, administrator)).toEqual(['OVERLAPPING_HOURS'])
    const { errors } = await clinic.ask(setHours, { doctorId, hours: [day, { ...day, endsAt: 'noon' }] }, administrator)
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', params: { field: 'hours.1.endsAt' } })
    const { data } = await clinic.ask(`{ doctor(id: "${doctorId}") { version weeklyHours { day startsAt endsAt } } }`)
    expect(data).toEqual({ doctor: { version: 1, weeklyHours: [day] } })
  })
})

describe('an act on a doctor', () => {
  it.each([
    ['updateDoctor', update, { input: { id: randomUUID() } }],
    ['archiveDoctor', archive, { id: randomUUID() }],
    ['setWeeklyHours', setHours, { doctorId: randomUUID(), hours: [] }],
  ])('who is not there is NOT_FOUND: %s', async (_, act, variables) => {
    expect(await clinic.refusals(act, variables, administrator)).toEqual(['NOT_FOUND'])
  })

  it.each([
    ['updateDoctor', update, { input: { id: '7' } }, 'id'],
    ['archiveDoctor', archive, { id: '7' }, 'id'],
    ['setWeeklyHours', setHours, { doctorId: '7', hours: [] }, 'doctorId'],
  ])('under an id that is none is refused: %s', async (_, act, variables, field) => {
    const { errors } = await clinic.ask(act, variables, administrator)
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', params: { field } })
  })
})
