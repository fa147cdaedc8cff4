import { anActor } from '@caregraph/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, type ClinicUnderTest, openClinic } from './clinic-under-test.js'

let clinic: ClinicUnderTest
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic.stop())

const save = `mutation ($input: SaveServiceTypeInput!) {
  saveServiceType(input: $input) { code name durationMinutes price { minorUnits currency decimal } active } }`
const aType = (overrides: object = {}) => ({
  code: 'check-up',
  name: 'Check-up',
  durationMinutes: 45,
  price: { minorUnits: 9900, currency: 'EUR' },
  ...overrides,
})
const codes = async (args = '') => {
  const { data } = await clinic.ask(`{ serviceTypes${args} { code } }`)
  const types = (data?.['serviceTypes'] ?? []) as unknown as { code: string }[]
  return types.map(({ code }) => code)
}

describe('service types', () => {
  it('are added and changed by their code, and read by everyone; only active ones, unless asked for all', async () => {
    const { data } = await clinic.ask(save, { input: aType() }, admin)
    expect(data?.['saveServiceType']).toEqual({
      ...aType(),
      price: { minorUnits: 9900, currency: 'EUR', decimal: '99.00' },
      active: true,
    })
    expect(await codes()).toEqual(['check-up', 'visit'])
    await clinic.ask(save, { input: aType({ name: 'Old check-up', active: false }) }, admin)
    expect(await codes()).toEqual(['visit'])
    expect(await codes('(activeOnly: false)')).toEqual(['check-up', 'visit'])
  })

  it('that change leave the fee and the length of what was booked before', async () => {
    const control = aType({ code: 'control', name: 'Control' })
    await clinic.ask(save, { input: control }, admin)
    const id = await clinic.booked({ serviceType: 'control' })
    await clinic.ask(
      save,
      { input: { ...control, durationMinutes: 10, price: { minorUnits: 1, currency: 'EUR' } } },
      admin,
    )
    const { data } = await clinic.ask(
      'query ($id: ID!) { appointment(id: $id) { endsAt fee { minorUnits } } }',
      { id },
      admin,
    )
    expect(data?.['appointment']).toEqual({ endsAt: '2027-03-02T09:45:00.000Z', fee: { minorUnits: 9900 } })
  })

  it('are written by an ADMIN alone', async () => {
    for (const role of ['FRONT_DESK', 'DOCTOR', 'BILLING', 'AUDITOR', 'PATIENT'] as const) {
      expect(await clinic.refusals(save, { input: aType() }, anActor({ roles: [role] }))).toEqual(['FORBIDDEN'])
    }
    expect(await clinic.refusals(save, { input: aType() })).toEqual(['UNAUTHENTICATED'])
  })

  it('are an entity that other departments reach by the code', async () => {
    const { data } = await clinic.ask(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on ServiceType { name } } }',
      { r: ['visit', 'unknown'].map((code) => ({ __typename: 'ServiceType', code })) },
    )
    expect(data?.['_entities']).toEqual([{ name: 'Visit' }, null])
  })

  it.each([
    [{ code: '' }, 'code'],
    [{ code: 'a b' }, 'code'],
    [{ code: 'x'.repeat(65) }, 'code'],
    [{ name: ' ' }, 'name'],
    [{ durationMinutes: 0 }, 'durationMinutes'],
    [{ durationMinutes: 1441 }, 'durationMinutes'],
    [{ price: { minorUnits: -1, currency: 'USD' } }, 'price.minorUnits'],
    [{ price: { minorUnits: Number.MAX_SAFE_INTEGER, currency: 'USD' } }, 'price.minorUnits'],
    [{ price: { minorUnits: 1.5, currency: 'USD' } }, 'price.minorUnits'],
    [{ price: { minorUnits: 1, currency: 'usd' } }, 'price.currency'],
  ])('with %j are refused with the path of the field', async (wrong, field) => {
    const { errors } = await clinic.ask(save, { input: aType(wrong) }, admin)
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', params: { field } })
  })
})
