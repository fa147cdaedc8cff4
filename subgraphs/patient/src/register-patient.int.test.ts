import { anActor, type SubgraphUnderTest, startSubgraph } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patient } from './index.js'

const register = `mutation ($input: RegisterPatientInput!) {
  registerPatient(input: $input) { id name email phone dateOfBirth gender version identifiers { system value } insurancePolicies { payer validTo } }
}`

let clinic: SubgraphUnderTest
beforeAll(async () => {
  clinic = await startSubgraph(patient)
})
afterAll(() => clinic.stop())

const aPatient = (overrides: object = {}) => ({ name: 'Ada Lovelace', dateOfBirth: '1985-12-10', ...overrides })

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
    const desk = anActor({ roles: ['FRONT_DESK'] })
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
