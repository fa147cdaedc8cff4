import { randomUUID } from 'node:crypto'
import { type SubgraphUnderTest, startSubgraph } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { desk, eventsAbout, registerAPatient } from './a-patient.js'
import { patient } from './index.js'

let clinic: SubgraphUnderTest
beforeAll(async () => {
  clinic = await startSubgraph(patient)
})
afterAll(() => clinic.stop())

const facts = `
  id name email phone address dateOfBirth gender heightCm weightKg version archivedAt
  identifiers { system value } insurancePolicies { payer memberNumber validFrom validTo }`
const update = `mutation ($input: UpdatePatientInput!) { updatePatient(input: $input) { ${facts} } }`
const archive = `mutation ($id: ID!, $reason: String = "moved away") {
  archivePatient(id: $id, reason: $reason) { id archivedAt version }
}`
const restore = 'mutation ($id: ID!) { restorePatient(id: $id) { id archivedAt version } }'

async function recordOf(id: string): Promise<unknown> {
  const { data } = await clinic.ask(`query ($id: ID!) { patient(id: $id) { ${facts} } }`, { id }, desk)
  return data?.['patient']
}

describe('updatePatient', () => {
  const whole = {
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    phone: '+14155550123',
    address: '12 St James Square',
    dateOfBirth: '1985-12-10',
    gender: 'FEMALE',
    heightCm: 165.5,
    weightKg: 60,
    identifiers: [
      { system: 'mrn', value: 'b' },
      { system: 'mrn', value: 'a' },
    ],
    insurancePolicies: [{ payer: 'Mutual', memberNumber: '7', validFrom: '2020-01-01', validTo: null }],
  }

  it('keeps what is left out, clears what is null, and counts the version', async () => {
    const id = await registerAPatient(clinic, whole)
    const renamed = await clinic.ask(update, { input: { id, name: ' Ada King ' } }, desk)
    expect(renamed.data?.['updatePatient']).toEqual({ ...whole, id, name: 'Ada King', version: 2, archivedAt: null })

    const nothing = { email: null, phone: null, address: null, gender: null, heightCm: null, weightKg: null }
    const input = { id, expectedVersion: 2, ...nothing, identifiers: null, insurancePolicies: null }
    const cleared = await clinic.ask(update, { input }, desk)
    expect(cleared.data?.['updatePatient']).toEqual({
      ...nothing,
      id,
      name: 'Ada King',
      dateOfBirth: '1985-12-10',
      gender: 'UNKNOWN',
      identifiers: [],
      insurancePolicies: [],
      version: 3,
      archivedAt: null,
    })
    expect(cleared.data?.['updatePatient']).toEqual(await recordOf(id))
    expect(await eventsAbout(clinic, id, 3)).toMatchObject([
      { type: 'PatientRegistered' },
      { type: 'PatientUpdated', patientId: id, version: 2 },
      { type: 'PatientUpdated', patientId: id, version: 3 },
    ])
  })

  it.each([
    [{ name: null }, 'name'],
    [{ dateOfBirth: null }, 'dateOfBirth'],
    [{ dateOfBirth: '2027-03-02' }, 'dateOfBirth'],
    [{ heightCm: 19 }, 'heightCm'],
    [{ weightKg: 701 }, 'weightKg'],
    [{ phone: 'none' }, 'phone'],
    [{ insurancePolicies: [{ payer: ' ', memberNumber: '1', validFrom: '2020-01-01' }] }, 'insurancePolicies.0.payer'],
    [
      {
        identifiers: [
          { system: 'mrn', value: '1' },
          { system: 'mrn', value: ' 1 ' },
        ],
      },
      'identifiers.1',
    ],
  ])('refuses %j with the path of the field, and changes nothing', async (wrong, field) => {
    const id = await registerAPatient(clinic)
    const before = await recordOf(id)
    const { errors } = await clinic.ask(update, { input: { id, address: 'Elsewhere', ...wrong } }, desk)
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', params: { field } }])
    expect(await recordOf(id)).toEqual(before)
  })

  it("refuses another patient's e-mail and identifier, and takes the patient's own again", async () => {
    const email = 'mine@example.com'
    const identifiers = [{ system: 'mrn', value: 'mine' }]
    const id = await registerAPatient(clinic, { email, identifiers })
    const other = await registerAPatient(clinic)
    expect(await clinic.refusals(update, { input: { id: other, email: 'Mine@Example.com' } }, desk)).toEqual([
      'DUPLICATE_EMAIL',
    ])
    expect(await clinic.refusals(update, { input: { id: other, identifiers } }, desk)).toEqual(['DUPLICATE_IDENTIFIER'])
    expect(await clinic.refusals(update, { input: { id, email, identifiers } }, desk)).toEqual([])
  })

  it('answers each of two changes in one request with what it has done itself', async () => {
    const id = await registerAPatient(clinic)
    const twice = `mutation ($id: ID!) {
      first: updatePatient(input: { id: $id, identifiers: [{ system: "s", value: "first" }] }) { identifiers { value } }
      second: updatePatient(input: { id: $id, identifiers: [{ system: "s", value: "second" }] }) { identifiers { value } }
    }`
    expect((await clinic.ask(twice, { id }, desk)).data).toEqual({
      first: { identifiers: [{ value: 'first' }] },
      second: { identifiers: [{ value: 'second' }] },
    })
  })

  it('lets one of 50 win who decided on the same version, and tells the other 49', async () => {
    const id = await registerAPatient(clinic)
    const attempts = Array.from({ length: 50 }, (_, index) =>
      clinic.ask(update, { input: { id, expectedVersion: 1, address: `${index} Main Street` } }, desk),
    )
    const answers = await Promise.all(attempts)
    const winners = answers.flatMap(({ data }) => (data?.['updatePatient'] ? [data['updatePatient']] : []))
    const codes = answers.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions['code']))
    expect(codes).toEqual(Array.from({ length: 49 }, () => 'VERSION_CONFLICT'))
    expect(winners).toEqual([await recordOf(id)])
  })

  it('loses none of 50 that change as many facts at once and expect no version', async () => {
    const id = await registerAPatient(clinic)
    const changes = [{ heightCm: 170 }, { weightKg: 70 }, { address: 'Elsewhere' }, { gender: 'OTHER' }]
    const attempts = Array.from({ length: 50 }, (_, index) =>
      clinic.refusals(update, { input: { id, ...changes[index % changes.length] } }, desk),
    )
    expect((await Promise.all(attempts)).flat()).toEqual([])
    expect(await recordOf(id)).toMatchObject({ version: 51, ...Object.assign({}, ...changes) })
  })
})

describe('an archived record', () => {
  it('tells when it was archived, once, and is open again after its restoration', async () => {
    const id = await registerAPatient(clinic)
    const archived = { id, archivedAt: '2027-03-01T08:00:00.000Z', version: 2 }
    expect((await clinic.ask(archive, { id }, desk)).data).toEqual({ archivePatient: archived })
    expect((await clinic.ask(archive, { id }, desk)).data).toEqual({ archivePatient: archived })

    const restored = { id, archivedAt: null, version: 3 }
    expect((await clinic.ask(restore, { id }, desk)).data).toEqual({ restorePatient: restored })
    expect((await clinic.ask(restore, { id }, desk)).data).toEqual({ restorePatient: restored })
    expect(await eventsAbout(clinic, id, 3)).toMatchObject([
      { type: 'PatientRegistered' },
      { type: 'PatientArchived', patientId: id },
      { type: 'PatientRestored', patientId: id },
    ])
  })

  it('is restored before it is changed', async () => {
    const id = await registerAPatient(clinic)
    await clinic.ask(archive, { id }, desk)
    expect(await clinic.refusals(update, { input: { id, name: 'Anyone' } }, desk)).toEqual(['PATIENT_ARCHIVED'])
    await clinic.ask(restore, { id }, desk)
    expect(await clinic.refusals(update, { input: { id, name: 'Anyone' } }, desk)).toEqual([])
  })

  it('leaves its e-mail to another patient, and is then not restored until that is free again', async () => {
    const email = 'shared@example.com'
    const id = await registerAPatient(clinic, { email })
    await clinic.ask(archive, { id }, desk)
    const successor = await registerAPatient(clinic, { email })
    expect(await clinic.refusals(restore, { id }, desk)).toEqual(['DUPLICATE_EMAIL'])
    expect(await recordOf(id)).toMatchObject({ version: 2, archivedAt: '2027-03-01T08:00:00.000Z' })
    await clinic.ask(update, { input: { id: successor, email: null } }, desk)
    expect(await clinic.refusals(restore, { id }, desk)).toEqual([])
  })

  it('keeps its identifiers to itself', async () => {
    const identifiers = [{ system: 'mrn', value: 'kept' }]
    await clinic.ask(archive, { id: await registerAPatient(clinic, { identifiers }) }, desk)
    await expect(registerAPatient(clinic, { identifiers })).rejects.toThrow('DUPLICATE_IDENTIFIER')
  })

  it('needs a reason', async () => {
    const id = await registerAPatient(clinic)
    const { errors } = await clinic.ask(archive, { id, reason: ' ' }, desk)
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', params: { field: 'reason' } })
  })
})

describe('an act on a patient', () => {
  const acts: [name: string, document: string, variables: (id: string) => Record<string, unknown>][] = [
    ['updatePatient', update, (id) => ({ input: { id } })],
    ['archivePatient', archive, (id) => ({ id })],
    ['restorePatient', restore, (id) => ({ id })],
  ]

  it.each(acts)('who is not there is NOT_FOUND: %s', async (_, act, variables) => {
    expect(await clinic.refusals(act, variables(randomUUID()), desk)).toEqual(['NOT_FOUND'])
  })

  it.each(acts)('under an id that is none is refused: %s', async (_, act, variables) => {
    const { errors } = await clinic.ask(act, variables('7'), desk)
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', params: { field: 'id' } })
  })
})
