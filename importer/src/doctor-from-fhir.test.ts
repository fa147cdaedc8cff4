import { describe, expect, it } from 'vitest'
import { doctorFromFhir } from './doctor-from-fhir.js'
import { fhirIdSystem, type JsonObject } from './fhir.js'

const npi = { system: 'http://hl7.org/fhir/sid/us-npi', value: '1234567893' }
const licence = { system: 'urn:oid:2.16.840.1.113883.4.3.25', value: 'MA-4711' }
const licenceType = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MD' }] }
const weeklyHours = [{ day: 'MONDAY', startsAt: '09:00', endsAt: '17:00' }]

const doctor = (overrides: JsonObject = {}) =>
  doctorFromFhir(
    { resourceType: 'Practitioner', name: [{ prefix: ['Dr.'], given: ['Ida'], family: 'Lund' }], ...overrides },
    'd1',
    { timeZone: 'Europe/Oslo', weeklyHours },
  )

describe('a FHIR practitioner', () => {
  it('comes in with every fact that the clinic has a place for, and with the hours of the run', () => {
    const telecom = [{ system: 'email', value: 'ida@example.test' }]
    expect(doctor({ gender: 'female', telecom, identifier: [npi] })).toEqual({
      name: 'Dr. Ida Lund',
      gender: 'FEMALE',
      email: 'ida@example.test',
      specialization: 'OTHER',
      licenseNumber: 'd1',
      available: true,
      timeZone: 'Europe/Oslo',
      weeklyHours,
      identifiers: [npi, { system: fhirIdSystem, value: 'd1' }],
      idempotencyKey: 'fhir:Practitioner/d1',
    })
  })

  it('takes no appointments when it is not active', () => {
    expect(doctor({ active: false }).available).toBe(false)
  })

  it('has the licence number of its qualification, which stays an identifier as well', () => {
    const { licenseNumber, identifiers } = doctor({ identifier: [npi], qualification: [{ identifier: [licence] }] })
    expect(licenseNumber).toBe('MA-4711')
    expect(identifiers).toEqual([npi, licence, { system: fhirIdSystem, value: 'd1' }])
  })

  it('has the licence number of an identifier that is typed as one', () => {
    expect(doctor({ identifier: [npi, { ...licence, type: licenceType }] }).licenseNumber).toBe('MA-4711')
  })

  it('has its FHIR id for a licence number when there is none, for an NPI is not a licence', () => {
    expect(doctor({ identifier: [npi] }).licenseNumber).toBe('d1')
  })

  it.each([
    [{ text: 'General practice' }, 'GENERAL_PRACTICE'],
    [{ coding: [{ display: 'Doctor of Medicine' }, { display: 'Cardiology' }] }, 'CARDIOLOGY'],
    [{ text: 'Doctor of Medicine' }, 'OTHER'],
  ])('with the qualification %j has the specialization %s', (code, specialization) => {
    expect(doctor({ qualification: [{ code }] }).specialization).toBe(specialization)
  })
})
