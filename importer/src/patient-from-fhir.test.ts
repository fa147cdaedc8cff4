import { describe, expect, it } from 'vitest'
import { fhirIdSystem, type JsonObject, NotImportable } from './fhir.js'
import { patientFromFhir } from './patient-from-fhir.js'

const aPatient = (overrides: JsonObject = {}): JsonObject => ({
  resourceType: 'Patient',
  name: [{ family: 'Olsen', given: ['Kari', 'Marie'] }],
  birthDate: '1984-02-29',
  ...overrides,
})

const faultOf = (resource: JsonObject) => {
  try {
    return patientFromFhir(resource, 'p1')
  } catch (error) {
    if (!(error instanceof NotImportable)) throw error
    return { field: error.field, reason: error.message }
  }
}

describe('a FHIR patient', () => {
  it('comes in with every fact that the clinic has a place for', () => {
    const resource = aPatient({
      gender: 'female',
      telecom: [
        { system: 'phone', value: '+47 22 22 22 22' },
        { system: 'email', value: 'kari@example.test' },
      ],
      address: [{ line: ['Storgata 1', 'H0201'], city: 'Oslo', state: 'Oslo', postalCode: '0155', country: 'NO' }],
      identifier: [{ system: 'urn:oid:2.16.578', value: '29028412345', type: { coding: [{ code: 'NI' }] } }],
      deceasedBoolean: true,
    })
    expect(patientFromFhir(resource, 'p1')).toEqual({
      name: 'Kari Marie Olsen',
      gender: 'FEMALE',
      dateOfBirth: '1984-02-29',
      phone: '+47 22 22 22 22',
      email: 'kari@example.test',
      address: 'Storgata 1, H0201, Oslo, Oslo 0155, NO',
      identifiers: [
        { system: 'urn:oid:2.16.578', value: '29028412345' },
        { system: fhirIdSystem, value: 'p1' },
      ],
      idempotencyKey: 'fhir:Patient/p1',
    })
  })

  it('goes by the official name, before the usual and a former one', () => {
    const names = [
      { use: 'maiden', family: 'Berg' },
      { use: 'usual', text: 'Kari O.' },
      { use: 'official', family: 'Olsen', given: ['Kari'] },
    ]
    expect(patientFromFhir(aPatient({ name: names }), 'p1').name).toBe('Kari Olsen')
    expect(patientFromFhir(aPatient({ name: names.slice(0, 2) }), 'p1').name).toBe('Kari O.')
    expect(patientFromFhir(aPatient({ name: names.slice(0, 1) }), 'p1').name).toBe('Berg')
  })

  it('is reached by the contact that is ranked first, and never by an old one', () => {
    const telecom = [
      { system: 'phone', value: '1', use: 'old', rank: 1 },
      { system: 'phone', value: '2' },
      { system: 'phone', value: '3', rank: 2 },
    ]
    expect(patientFromFhir(aPatient({ telecom }), 'p1').phone).toBe('3')
    expect(patientFromFhir(aPatient({ telecom: telecom.slice(0, 1) }), 'p1').phone).toBeUndefined()
  })

  it('keeps each identifier once, and leaves out a number without a namespace', () => {
    const number = { system: 'urn:mrn', value: '7' }
    const { identifiers } = patientFromFhir(aPatient({ identifier: [number, number, { value: '8' }] }), 'p1')
    expect(identifiers).toEqual([number, { system: fhirIdSystem, value: 'p1' }])
  })

  it('has an unknown gender when the resource gives none', () => {
    expect(patientFromFhir(aPatient(), 'p1').gender).toBe('UNKNOWN')
  })
})

describe('a FHIR patient is refused, with the field and without its value,', () => {
  it.each([
    ['a birth date that is a year alone', { birthDate: '1984' }, 'birthDate', 'is a year or a month alone'],
    ['a birth date that is a month alone', { birthDate: '1984-02' }, 'birthDate', 'is a year or a month alone'],
    ['a birth date with a time', { birthDate: '1984-02-29T10:00:00Z' }, 'birthDate', 'is not a date'],
    ['no birth date', { birthDate: undefined }, 'birthDate', 'is missing'],
    ['no name', { name: [] }, 'name', 'is missing'],
    ['a name of spaces', { name: [{ family: ' ', given: [' '] }] }, 'name', 'is missing'],
    ['a name that is no list', { name: 'Kari Olsen' }, 'name', 'is missing'],
    ['a gender that FHIR has not', { gender: 'Kari' }, 'gender', 'is none of male, female, other, unknown'],
  ])('for %s', (_, overrides, field, reason) => {
    const fault = faultOf(aPatient(overrides))
    expect(fault).toEqual({ field, reason: expect.stringContaining(reason) })
    expect(JSON.stringify(fault)).not.toMatch(/Kari|1984/)
  })
})
