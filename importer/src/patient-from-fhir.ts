import {
  addressOf,
  contactOf,
  type Gender,
  genderOf,
  type Identifier,
  identifiersOf,
  type JsonObject,
  NotImportable,
  nameOf,
  objectsAt,
  textAt,
} from './fhir.js'

export interface RegisterPatientInput {
  name: string
  email: string | undefined
  phone: string | undefined
  address: string | undefined
  dateOfBirth: string
  gender: Gender
  identifiers: Identifier[]
  idempotencyKey: string
}

/** A FHIR R4 Patient as the clinic registers one. A deceased or inactive patient is registered like any other. */
export function patientFromFhir(resource: JsonObject, fhirId: string): RegisterPatientInput {
  return {
    name: nameOf(resource),
    email: contactOf(resource, 'email'),
    phone: contactOf(resource, 'phone'),
    address: addressOf(resource),
    dateOfBirth: birthDateOf(resource),
    gender: genderOf(resource),
    identifiers: identifiersOf(objectsAt(resource, 'identifier'), fhirId),
    idempotencyKey: `fhir:Patient/${fhirId}`,
  }
}

/** FHIR allows a year or a month alone; the clinic needs a day, and inventing one would make a wrong record. */
function birthDateOf(resource: JsonObject): string {
  const birthDate = textAt(resource, 'birthDate')
  if (birthDate === undefined) throw new NotImportable('birthDate', 'is missing')
  if (/^\d{4}(-\d{2})?$/.test(birthDate)) {
    throw new NotImportable('birthDate', 'is a year or a month alone; the clinic needs the day')
  }
  if (!/^\d{4}-\d{2}-\d{2}$/.test(birthDate)) throw new NotImportable('birthDate', 'is not a date (YYYY-MM-DD)')
  return birthDate
}
