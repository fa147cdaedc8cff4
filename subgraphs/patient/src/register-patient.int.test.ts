import { anActor, type SubgraphUnderTest, startSubgraph } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aPatient, desk, registerAPatient } from './a-patient.js'
import { patient } from './index.js'

const register = `mutation ($input: RegisterPatientInput!) {
  registerPatient(input: $input) { id name email phone dateOfBirth gender version identifiers { system value } insurancePolicies { payer validTo } }
}`

let clinic: SubgraphUnderTest
beforeAll(async () => {
  clinic = await startSubgraph(patient)
})
afterAll(() => clinic.stop())

describe('registerPatient', () => {
  it('opens a record and tells it by an event without personal data', async () => {
    const { data } = await clinic.ask(
      register,
      {
        input: aPatient({
          email: 'ada@example.com',
          phone: '(415) 555-0123',
          identifiers: [{ system: 'mrn', value: '7' }],
        }),
      },
      anActor(),
    )
    expect(data?.['registerPatient']).toMatchObject({
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      phone: '+14155550123',
      gender: 'UNKNOWN',
      version: 1,
      identifiers: [{ system: 'mrn', value: '7' }],
    })
    const [event] = await clinic.eventsOf('PatientRegistered')
    expect(event?.data).toEqual({ patientId: data?.['registerPatient']?.['id'], registeredOn: '2027-03-01' })
  })

  it('gives a patient who registers himself the id by which he signs in, once', async () => {
    const himself = anActor({ roles: ['PATIENT'] })
    const { data } = await clinic.ask(register, { input: aPatient() }, himself)
    expect(data?.['registerPatient']?.['id']).toBe(himself.id)
    expect(await clinic.refusals(register, { input: aPatient() }, himself)).toEqual(['ALREADY_REGISTERED'])
  })

  it('answers a repeat of the same idempotency key with the first record, and refuses another input under it', async () => {
    const input = aPatient({ idempotencyKey: 'once' })
    const [first, second] = await Promise.all([
      clinic.ask(register, { input }, desk),
      clinic.ask(register, { input }, desk),
    ])
    expect(second.data?.['registerPatient']?.['id']).toBe(first.data?.['registerPatient']?.['id'])
    expect(await clinic.refusals(register, { input: { ...input, name: 'Another' } }, desk)).toEqual([
      'IDEMPOTENCY_KEY_REUSED',
    ])
  })

  it("refuses another patient's e-mail, without regard to case, and identifier, and leaves nothing of the attempt", async () => {
    const identifiers = [{ system: 'mrn', value: 'taken' }]
    await registerAPatient(clinic, { email: 'grace@example.com', identifiers })
    const sameEmail = aPatient({ name: 'Nobody Here', email: 'GRACE@Example.com' })
    expect(await clinic.refusals(register, { input: sameEmail }, desk)).toEqual(['DUPLICATE_EMAIL'])
    const sameIdentifier = aPatient({ name: 'Nobody Here', identifiers })
    expect(await clinic.refusals(register, { input: sameIdentifier }, desk)).toEqual(['DUPLICATE_IDENTIFIER'])
    const { data } = await clinic.ask('{ patients(search: "nobody here") { totalCount } }', {}, desk)
    expect(data).toEqual({ patients: { totalCount: 0 } })
  })

  it("takes today, on the clinic's calendar, as a birth date", async () => {
    expect(await clinic.refusals(register, { input: aPatient({ dateOfBirth: '2027-03-01' }) }, desk)).toEqual([])
  })

  it.each([
    [{ dateOfBirth: '2027-03-02' }, 'dateOfBirth'],
    [{ dateOfBirth: '1879-12-31' }, 'dateOfBirth'],
    [{ dateOfBirth: '2001-02-29' }, 'dateOfBirth'],
    [{ name: '   ' }, 'name'],
    [{ name: 'x'.repeat(201) }, 'name'],
    [{ email: 'nobody' }, 'email'],
    [{ phone: '12' }, 'phone'],
    [{ heightCm: -3 }, 'heightCm'],
    [
      { insurancePolicies: [{ payer: 'A', memberNumber: '1', validFrom: '2020-01-01', validTo: '2019-01-01' }] },
      'insurancePolicies.0.validTo',
    ],
    [{ insurancePolicies: [{ payer: 'A', memberNumber: '1', validFrom: 'soon' }] }, 'insurancePolicies.0.validFrom'],
    [{ identifiers: [{ system: 'mrn', value: '1\0' }] }, 'identifiers.0.value'],
  ])('refuses %j with the path of the field', async (wrong, field) => {
    const { errors } = await clinic.ask(register, { input: aPatient(wrong) }, anActor())
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', params: { field } }])
  })
})
