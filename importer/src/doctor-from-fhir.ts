import {
  contactOf,
  type Gender,
  genderOf,
  type Identifier,
  identifiersOf,
  type JsonObject,
  nameOf,
  objectAt,
  objectsAt,
  textAt,
} from './fhir.js'
import type { WorkingHours } from './working-hours.js'

export interface AddDoctorInput {
  name: string
  specialization: string
  licenseNumber: string
  email: string | undefined
  phone: string | undefined
  gender: Gender
  available: boolean
  timeZone: string
  weeklyHours: readonly WorkingHours[]
  identifiers: Identifier[]
  idempotencyKey: string
}

/** What FHIR says nothing about, the same for every practitioner of a run. */
export interface Schedule {
  /** IANA zone in which the hours are read. */
  timeZone: string
  weeklyHours: readonly WorkingHours[]
}

const specializations = new Set(
  `GENERAL_PRACTICE CARDIOLOGY DERMATOLOGY ENDOCRINOLOGY GASTROENTEROLOGY GYNECOLOGY NEUROLOGY ONCOLOGY OPHTHALMOLOGY
  ORTHOPEDICS OTOLARYNGOLOGY PEDIATRICS PSYCHIATRY PULMONOLOGY RADIOLOGY SURGERY UROLOGY`.split(/\s+/),
)

/** The types of HL7 table 0203 that are a licence: license number, medical license number, state license. */
const licenceTypes: unknown[] = ['LN', 'MD', 'SL']

/**
 * A FHIR R4 Practitioner as the clinic adds a doctor. Without a licence number the FHIR id takes its place: an NPI
 * says who somebody is, not that he may practise, so it stays an identifier.
 */
export function doctorFromFhir(resource: JsonObject, fhirId: string, schedule: Schedule): AddDoctorInput {
  const { active } = resource
  const qualifications = objectsAt(resource, 'qualification')
  const identifiers = objectsAt(resource, 'identifier')
  const qualificationIdentifiers = qualifications.flatMap((qualification) => objectsAt(qualification, 'identifier'))
  const licences = [...qualificationIdentifiers, ...identifiers.filter(isLicence)]
  return {
    name: nameOf(resource, { withPrefix: true }),
    specialization: specializationOf(qualifications),
    licenseNumber: licences.map((licence) => textAt(licence, 'value')).find(Boolean) ?? fhirId,
    email: contactOf(resource, 'email'),
    phone: contactOf(resource, 'phone'),
    gender: genderOf(resource),
    available: active !== false,
    ...schedule,
    identifiers: identifiersOf([...identifiers, ...qualificationIdentifiers], fhirId),
    idempotencyKey: `fhir:Practitioner/${fhirId}`,
  }
}

/** Only a qualification that names one of the clinic's specializations counts; a guess would mislead a booking. */
function specializationOf(qualifications: readonly JsonObject[]): string {
  const spelled = qualifications
    .map((qualification) => objectAt(qualification, 'code'))
    .flatMap((code) => [textAt(code, 'text'), ...objectsAt(code, 'coding').map((coding) => textAt(coding, 'display'))])
    .map((words) => words?.toUpperCase().replaceAll(/[^A-Z]+/g, '_') ?? '')
  return spelled.find((words) => specializations.has(words)) ?? 'OTHER'
}

function isLicence(identifier: JsonObject): boolean {
  return objectsAt(objectAt(identifier, 'type'), 'coding').some(({ code }) => licenceTypes.includes(code))
}
