import { anActor, type SubgraphUnderTest, startSubgraph } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aDoctor, addADoctor, administrator } from './a-doctor.js'
import { doctor } from './index.js'

const add = `mutation ($input: AddDoctorInput!) {
  addDoctor(input: $input) {
    id name specialization department hospitalName licenseNumber yearsOfExperience phone email gender available timeZone
    archivedAt version weeklyHours { day startsAt endsAt } identifiers { system value } timeOff { id }
  }
}`

let clinic: SubgraphUnderTest
beforeAll(async () => {
  clinic = await startSubgraph(doctor)
})
afterAll(() => clinic.stop())

describe('addDoctor', () => {
  it('takes a doctor in with hours and identifiers, and tells it by an event without personal data', async () => {
    const input = aDoctor({
      department: ' Surgery ',
      hospitalName: 'Seattle Grace',
      licenseNumber: 'WA 4711',
      yearsOfExperience: 12,
      phone: '(415) 555-0123',
      email: 'grey@example.com',
      gender: 'FEMALE',
      weeklyHours: [{ day: 'SUNDAY', startsAt: '22:00', endsAt: '06:00:30' }],
      identifiers: [
        { system: 'npi', value: '2' },
        { system: 'npi', value: '1' },
      ],
    })
    const { data } = await clinic.ask(add, { input }, administrator)
    expect(data?.['addDoctor']).toEqual({
      ...input,
      id: expect.any(String),
      department: 'Surgery',
      phone: '+14155550123',
      available: true,
      archivedAt: null,
      version: 1,
      timeOff: [],
    })
    const [event] = await clinic.eventsOf('DoctorAdded')
    expect(event?.data).toEqual({ doctorId: data?.['addDoctor']?.['id'], specialization: 'SURGERY' })
  })

  it('needs a name, a specialization, a licence and a zone, and has a default for all else', async () => {
    const { data } = await clinic.ask(add, { input: aDoctor() }, administrator)
    expect(data?.['addDoctor']).toMatchObject({
      department: null,
      hospitalName: null,
      yearsOfExperience: 0,
      phone: null,
      email: null,
      gender: 'UNKNOWN',
      available: true,
      weeklyHours: [],
      identifiers: [],
    })
  })

  it('refuses a licence that another doctor has, also without regard to case and white space, and once he left', async () => {
    const id = await addADoctor(clinic, { licenseNumber: 'Mä-08 15' })
    const again = { input: aDoctor({ licenseNumber: 'MÄ -0815' }) }
    expect(await clinic.refusals(add, again, administrator)).toEqual(['DUPLICATE_LICENSE'])
    await clinic.ask(`mutation { archiveDoctor(id: "${id}", reason: "retired") { id } }`, {}, administrator)
    expect(await clinic.refusals(add, again, administrator)).toEqual(['DUPLICATE_LICENSE'])
  })

  it('refuses an identifier that belongs to another doctor, and leaves nothing of the attempt', async () => {
    const identifiers = [{ system: 'npi', value: 'one of one' }]
    await addADoctor(clinic, { identifiers })
    const input = aDoctor({ name: 'Nobody Here', identifiers })
    expect(await clinic.refusals(add, { input }, administrator)).toEqual(['DUPLICATE_IDENTIFIER'])
    const { data } = await clinic.ask('{ doctors(search: "nobody here") { totalCount } }')
    expect(data).toEqual({ doctors: { totalCount: 0 } })
  })

  it('answers a repeat of the same idempotency key with the first doctor, and refuses another input under it', async () => {
    const input = aDoctor({ idempotencyKey: 'once' })
    const [first, second] = await Promise.all([
      clinic.ask(add, { input }, administrator),
      clinic.ask(add, { input }, administrator),
    ])
    expect(first.errors).toBeUndefined()
    expect(second.data).toEqual(first.data)
    const another = { input: { ...input, name: 'Another' } }
    expect(await clinic.refusals(add, another, administrator)).toEqual(['IDEMPOTENCY_KEY_REUSED'])
    expect(await clinic.refusals(add, { input }, anActor())).toEqual(['DUPLICATE_LICENSE'])
  })

  const hours = { day: 'MONDAY', startsAt: '08:00', endsAt: '12:00' }
  it.each([
    [{ name: ' ' }, 'name'],
    [{ name: 'x'.repeat(201) }, 'name'],
    [{ licenseNumber: '' }, 'licenseNumber'],
    [{ licenseNumber: '1'.repeat(101) }, 'licenseNumber'],
    [{ department: 'x'.repeat(201) }, 'department'],
    [{ hospitalName: 'x'.repeat(201) }, 'hospitalName'],
    [{ yearsOfExperience: -1 }, 'yearsOfExperience'],
    [{ yearsOfExperience: 81 }, 'yearsOfExperience'],
    [{ phone: '12' }, 'phone'],
    [{ email: 'nobody' }, 'email'],
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ timeZone: '+02:00' }, 'timeZone'],
    [{ weeklyHours: [hours, { ...hours, endsAt: '24:00' }] }, 'weeklyHours.1.endsAt'],
    [{ weeklyHours: Array.from({ length: 51 }, () => hours) }, 'weeklyHours'],
    [{ identifiers: [{ system: 'npi', value: ' ' }] }, 'identifiers.0.value'],
  ])('refuses %j with the path of the field', async (wrong, field) => {
    const { errors } = await clinic.ask(add, { input: aDoctor(wrong) }, administrator)
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', params: { field } }])
  })

  it('refuses working hours that overlap', async () => {
    const input = aDoctor({ weeklyHours: [hours, { ...hours, startsAt: '11:00' }] })
    expect(await clinic.refusals(add, { input }, administrator)).toEqual(['OVERLAPPING_HOURS'])
  })
})
