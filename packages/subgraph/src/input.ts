import { isId } from '@caregraph/database'
import { badInput } from '@caregraph/refusals'
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js'
import { InvalidValue } from './scalars.js'

const longestText = 20_000

/**
 * Refuses what a scalar would not take, and texts that no database keeps. The path is that inside the input:
 * `registerPatient(input: { email })` is the field `email` to whoever fills in a form.
 */
export function refuseInvalid(args: Readonly<Record<string, unknown>>): void {
  for (const name in args) refuseInvalidValue(args[name], name === 'input' ? '' : name)
}

function refuseInvalidValue(value: unknown, path: string): void {
  if (typeof value === 'string') {
    if (value.includes('\0')) throw badInput(path, 'A text must not contain the character U+0000.')
    if (/\p{Surrogate}/u.test(value)) throw badInput(path, 'A text must be Unicode: this has half a character.')
    if (value.length > longestText) throw badInput(path, `A text has at most ${longestText} characters.`)
  } else if (value instanceof InvalidValue) {
    throw badInput(path, value.message)
  } else if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) refuseInvalidValue(element, join(path, String(index)))
  } else if (isObject(value)) {
    for (const name in value) refuseInvalidValue(value[name], join(path, name))
  }
}

const join = (path: string, name: string) => (path === '' ? name : `${path}.${name}`)

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Date)
}

/** Something that can be seen: not only spaces, controls, and marks on nothing. */
const visible = /[^\p{C}\p{Z}\p{M}]/u

/** A text without white space around it. Refuses one without anything to see, and more than `longest` characters. */
export function requiredText(value: string, field: string, longest: number): string {
  const text = value.trim()
  if (!visible.test(text)) throw badInput(field, 'This must not be empty.')
  if (text.length > longest) throw badInput(field, `This has at most ${longest} characters.`)
  return text
}

/** As `requiredText`, where null clears and a text without anything to see is the same as none. */
export function optionalText(value: string | null, field: string, longest: number): string | null {
  return value === null || !visible.test(value) ? null : requiredText(value, field, longest)
}

/** Refuses an id that is none (RFC 9562). */
export function requiredId(value: string, field: string): string {
  if (!isId(value)) throw badInput(field, 'This is not an id.')
  return value.toLowerCase()
}

/** As `requiredId`, where null and nothing are the same. An empty text is no id. */
export function optionalId(value: string | null | undefined, field: string): string | null {
  return value === null || value === undefined ? null : requiredId(value, field)
}

/** A number between the two, both included. */
export function numberBetween(value: number, field: string, least: number, most: number): number {
  if (!(value >= least && value <= most)) throw badInput(field, `This lies between ${least} and ${most}.`)
  return value
}

/** Any usual form, read by the rules of the clinic's country; a possible length is enough. Answers E.164. */
export function phoneNumber(value: string, field: string, country: string): string {
  const number = parsePhoneNumberFromString(value, country as CountryCode)
  if (number === undefined || !number.isPossible()) {
    throw badInput(field, 'Give a phone number, such as +1 415 555 0123.')
  }
  return number.number
}
