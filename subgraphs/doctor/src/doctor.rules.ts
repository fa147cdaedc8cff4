import { searchTermsOf, sortNameOf } from '@caregraph/database'
import { badInput } from '@caregraph/refusals'
import { numberBetween, optionalText, phoneNumber, requiredText } from '@caregraph/subgraph'
import type { DoctorRow } from './doctor.entity.js'
import type { UpdateDoctorInput } from './doctor.input.js'

const longestName = 200
const longestLicense = 100
const mostYears = 80

type Facts = Pick<
  DoctorRow,
  | 'name'
  | 'sortName'
  | 'specialization'
  | 'department'
  | 'hospitalName'
  | 'licenseNumber'
  | 'yearsOfExperience'
  | 'phone'
  | 'email'
  | 'gender'
  | 'available'
  | 'timeZone'
>

/** What a doctor has of whom nothing more is said. */
export const defaultFacts = {
  department: null,
  hospitalName: null,
  yearsOfExperience: 0,
  phone: null,
  email: null,
  gender: 'UNKNOWN',
  available: true,
} as const satisfies Partial<Facts>

/** The given facts as they are kept: what is left out is not in the answer, null is the default. */
export function doctorFacts(
  input: Omit<UpdateDoctorInput, 'id' | 'expectedVersion' | 'identifiers'>,
  country: string,
): Partial<Facts> {
  const facts: Partial<Facts> = {}
  if (input.name !== undefined) {
    facts.name = requiredText(input.name ?? '', 'name', longestName)
    facts.sortName = sortNameOf(facts.name)
  }
  if (input.specialization !== undefined) facts.specialization = given(input.specialization, 'specialization')
  if (input.department !== undefined) facts.department = optionalText(input.department, 'department', longestName)
  if (input.hospitalName !== undefined) {
    facts.hospitalName = optionalText(input.hospitalName, 'hospitalName', longestName)
  }
  if (input.licenseNumber !== undefined) {
    facts.licenseNumber = requiredText(input.licenseNumber ?? '', 'licenseNumber', longestLicense)
  }
  if (input.yearsOfExperience !== undefined) {
    const years = input.yearsOfExperience ?? defaultFacts.yearsOfExperience
    facts.yearsOfExperience = numberBetween(years, 'yearsOfExperience', 0, mostYears)
  }
  if (input.phone !== undefined) facts.phone = input.phone && phoneNumber(input.phone, 'phone', country)
  if (input.email !== undefined) facts.email = input.email
  if (input.gender !== undefined) facts.gender = input.gender ?? defaultFacts.gender
  if (input.available !== undefined) facts.available = input.available ?? defaultFacts.available
  if (input.timeZone !== undefined) facts.timeZone = given(input.timeZone, 'timeZone')
  return facts
}

function given<Value>(value: Value | null, field: string): Value {
  if (value === null) throw badInput(field, 'This cannot be cleared.')
  return value
}

/** An archived doctor takes no new appointments, whatever was set before. */
export function takesAppointments(doctor: Pick<DoctorRow, 'available' | 'archivedAt'>): boolean {
  return doctor.available && doctor.archivedAt === null
}

/** The beginnings by which anyone finds a doctor: so nothing is among them that not everyone may read. */
export function termsOfDoctor(
  doctor: Pick<DoctorRow, 'name' | 'specialization' | 'department' | 'hospitalName'>,
): string[] {
  const { name, specialization, department, hospitalName } = doctor
  return searchTermsOf({ words: [name, specialization, department, hospitalName] })
}
