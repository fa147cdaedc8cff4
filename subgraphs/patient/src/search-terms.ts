import { parsePhoneNumberFromString } from 'libphonenumber-js'

const longestTerm = 64

/** Only letters and digits, without case and accents: `Éva O'Brien-Łuk` becomes `evaobrienłuk`. */
export function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase()
}

/** What a list of patients is ordered by: the words of the name, plain. */
export function sortNameOf(name: string): string {
  return name.split(/\s+/).map(plain).join(' ')
}

/** The beginnings by which a patient is found: each word of the name, e-mail, phone and birth date. */
export function searchTermsOf(patient: {
  name: string
  email: string | null
  phone: string | null
  dateOfBirth: string
}): string[] {
  const words = patient.name.split(/\s+/)
  const parts = words.flatMap((word) => word.split(/[^\p{L}\p{N}\p{M}]+/u))
  const terms = [...words, ...parts, patient.email ?? '', ...phoneForms(patient.phone), patient.dateOfBirth]
  return [...new Set(terms.map((term) => plain(term).slice(0, longestTerm)))].filter((term) => term !== '')
}

/** A caller gives his number with or without the country's code, and with the zero that his country puts before it. */
function phoneForms(phone: string | null): string[] {
  const number = phone === null ? undefined : parsePhoneNumberFromString(phone)
  return number === undefined ? [] : [number.number, number.nationalNumber, number.formatNational()]
}

/** The prefixes that all have to be found. A number in groups, or a day, is one of them. */
export function prefixesOf(search: string): string[] {
  const isOneNumber = /^[\d\s()+./-]+$/.test(search)
  const words = isOneNumber ? [search] : search.split(/\s+/)
  const prefixes = [...new Set(words.map((word) => plain(word).slice(0, longestTerm)))].filter((word) => word !== '')
  return prefixes.sort((a, b) => b.length - a.length)
}
