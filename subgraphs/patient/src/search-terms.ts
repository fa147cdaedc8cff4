import { searchTermsOf } from '@caregraph/database'
import { parsePhoneNumberFromString } from 'libphonenumber-js'

/** The beginnings by which a patient is found: each word of the name, e-mail, phone and birth date. */
export function termsOfPatient(patient: {
  name: string
  email: string | null
  phone: string | null
  dateOfBirth: string
}): string[] {
  const { name, email, phone, dateOfBirth } = patient
  return searchTermsOf({ words: [name], whole: [email, dateOfBirth, ...phoneForms(phone)] })
}

/** A caller gives his number with or without the country's code, and with the zero that his country puts before it. */
function phoneForms(phone: string | null): string[] {
  const number = phone === null ? undefined : parsePhoneNumberFromString(phone)
  return number === undefined ? [] : [number.number, number.nationalNumber, number.formatNational()]
}
