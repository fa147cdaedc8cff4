import { newId, sortNameOf } from '@caregraph/database'
import { badInput } from '@caregraph/refusals'
import { numberBetween, optionalText, phoneNumber, requiredText } from '@caregraph/subgraph'
import type { InsurancePolicyFacts, PatientRow } from './patient.entity.js'
import type { InsurancePolicyInput, UpdatePatientInput } from './patient.type.js'

/** The parish registers of the oldest people alive begin here: an earlier day is a slip of the pen. */
const earliestBirth = '1880-01-01'
const longestName = 200
const longestAddress = 500
const mostPolicies = 50

type Facts = Pick<
  PatientRow,
  | 'name'
  | 'sortName'
  | 'email'
  | 'phone'
  | 'address'
  | 'dateOfBirth'
  | 'gender'
  | 'heightCm'
  | 'weightKg'
  | 'insurancePolicies'
>

/** The given facts as they are kept: what is left out is not in the answer. Refuses what cannot be true. */
export function patientFacts(
  input: Omit<UpdatePatientInput, 'id' | 'expectedVersion'>,
  { today, country }: { today: string; country: string },
): Partial<Facts> {
  const facts: Partial<Facts> = {}
  if (input.name !== undefined) {
    facts.name = requiredText(input.name ?? '', 'name', longestName)
    facts.sortName = sortNameOf(facts.name)
  }
  if (input.email !== undefined) facts.email = input.email
  if (input.phone !== undefined) facts.phone = input.phone && phoneNumber(input.phone, 'phone', country)
  if (input.address !== undefined) facts.address = optionalText(input.address, 'address', longestAddress)
  if (input.dateOfBirth !== undefined) facts.dateOfBirth = dateOfBirth(input.dateOfBirth, today)
  if (input.gender !== undefined) facts.gender = input.gender ?? 'UNKNOWN'
  if (input.heightCm !== undefined) {
    facts.heightCm = input.heightCm === null ? null : numberBetween(input.heightCm, 'heightCm', 20, 300)
  }
  if (input.weightKg !== undefined) {
    facts.weightKg = input.weightKg === null ? null : numberBetween(input.weightKg, 'weightKg', 0.2, 700)
  }
  if (input.insurancePolicies !== undefined) facts.insurancePolicies = policies(input.insurancePolicies ?? [])
  return facts
}

function dateOfBirth(day: string | null, today: string): string {
  if (day === null) throw badInput('dateOfBirth', 'A patient has a birth date.')
  if (day > today) throw badInput('dateOfBirth', 'A birth date does not lie in the future.')
  if (day < earliestBirth) throw badInput('dateOfBirth', `A birth date is not before ${earliestBirth}.`)
  return day
}

function policies(input: readonly InsurancePolicyInput[]): InsurancePolicyFacts[] {
  if (input.length > mostPolicies) throw badInput('insurancePolicies', `There are at most ${mostPolicies}.`)
  return input.map(({ payer, memberNumber, validFrom, validTo = null }, index) => {
    const field = `insurancePolicies.${index}`
    if (validTo !== null && validTo < validFrom) throw badInput(`${field}.validTo`, 'This is before validFrom.')
    return {
      id: newId(),
      payer: requiredText(payer, `${field}.payer`, 200),
      memberNumber: requiredText(memberNumber, `${field}.memberNumber`, 100),
      validFrom,
      validTo,
    }
  })
}
