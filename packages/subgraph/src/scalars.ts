import { GraphQLScalarType, Kind, type ValueNode } from 'graphql'

/**
 * A value that a scalar would not take. It is carried to the field instead of being thrown, since only there the path
 * inside the input is known: `refuseInvalid` turns it into BAD_USER_INPUT with that path.
 */
export class InvalidValue {
  constructor(readonly message: string) {}
}

interface Scalar<Internal> {
  name: string
  description: string
  specifiedByURL?: string
  parse: (value: string) => Internal | InvalidValue
  serialize?: (value: Internal) => string
}

function textScalar<Internal>({ parse, serialize, ...config }: Scalar<Internal>): GraphQLScalarType {
  const read = (value: unknown) =>
    typeof value === 'string' ? parse(value) : new InvalidValue(`${config.name} is a text.`)
  return new GraphQLScalarType({
    ...config,
    parseValue: read,
    parseLiteral: (node: ValueNode) => read(node.kind === Kind.STRING ? node.value : undefined),
    serialize: (value) => (serialize && typeof value !== 'string' ? serialize(value as Internal) : String(value)),
  })
}

const matching =
  (pattern: RegExp, message: string) =>
  (value: string): string | InvalidValue =>
    pattern.test(value) ? value : new InvalidValue(message)

/** RFC 3339: an instant needs its offset, or nobody knows which one it is. */
const instant = /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/

export const DateTimeScalar = textScalar<Date>({
  name: 'DateTime',
  description: 'An instant (RFC 3339), answered in UTC with Z. Without an offset it is refused.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  parse(value) {
    const day = instant.exec(value)?.[1]
    if (day === undefined || !isDay(day)) {
      return new InvalidValue('Give an instant with its offset, such as 2027-03-01T09:00:00Z.')
    }
    return new Date(value.toUpperCase())
  },
  serialize: (value) => value.toISOString(),
})

export const DateScalar = textScalar<string>({
  name: 'Date',
  description: 'A day of the calendar, such as 2027-03-01. It belongs to no time zone.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  parse: (value) => (isDay(value) ? value : new InvalidValue('Give a day that exists, such as 2027-03-01.')),
})

function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || value.startsWith('0000')) return false
  const midnight = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(value)
}

export const LocalTimeScalar = textScalar<string>({
  name: 'LocalTime',
  description: 'A time on the clock on the wall, 00:00 to 23:59, such as 09:30.',
  parse(value) {
    const time = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.0+)?)?$/.exec(value)
    if (time === null) return new InvalidValue('Give a time of the day, such as 09:30.')
    const [, hours, minutes, seconds = '00'] = time
    return seconds === '00' ? `${hours}:${minutes}` : `${hours}:${minutes}:${seconds}`
  },
})

export const TimeZoneScalar = textScalar<string>({
  name: 'TimeZone',
  description: 'A zone of the IANA database, such as Europe/Berlin.',
  parse: (value) =>
    isTimeZone(value) ? value : new InvalidValue('Give a zone of the IANA database, such as Europe/Berlin.'),
})

export function isTimeZone(value: string): boolean {
  if (!/^[A-Za-z]/.test(value) || value.length > 64) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: value })
    return true
  } catch {
    return false
  }
}

export const EmailAddressScalar = textScalar<string>({
  name: 'EmailAddress',
  description: 'An e-mail address, at most 254 characters. Compared without regard to case.',
  specifiedByURL: 'https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address',
  parse: (value) => (isEmail(value) ? value : new InvalidValue('Give an e-mail address, such as ada@example.com.')),
})

/** HTML's own rule, with a dot in the domain and the lengths of RFC 5321. */
const email =
  /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$/

const isEmail = (value: string): boolean => value.length <= 254 && email.test(value)

export const PhoneNumberScalar = textScalar<string>({
  name: 'PhoneNumber',
  description:
    "A phone number in any usual form, read by the clinic's country; answered in E.164, such as +14155550123.",
  specifiedByURL: 'https://www.itu.int/rec/T-REC-E.164',
  parse: matching(/^[+\d\s()./x#,;ext*-]{3,40}$/i, 'Give a phone number, such as +1 415 555 0123.'),
})

const currencies = new Set(Intl.supportedValuesOf('currency'))

export const CurrencyScalar = textScalar<string>({
  name: 'Currency',
  description: 'A currency of ISO 4217, such as USD.',
  specifiedByURL: 'https://www.iso.org/iso-4217-currency-codes.html',
  parse: (value) => (currencies.has(value) ? value : new InvalidValue('Give a currency of ISO 4217, such as USD.')),
})

export const UrlScalar = textScalar<string>({
  name: 'URL',
  description: 'An absolute URL.',
  specifiedByURL: 'https://url.spec.whatwg.org/',
  parse: (value) => (URL.canParse(value) ? value : new InvalidValue('Give an absolute URL.')),
})

export const SafeIntScalar = new GraphQLScalarType({
  name: 'SafeInt',
  description: 'A whole number that a double holds exactly: from -(2^53 - 1) to 2^53 - 1.',
  parseValue: readSafeInt,
  parseLiteral: (node) => readSafeInt(node.kind === Kind.INT ? Number(node.value) : undefined),
  serialize: (value) => {
    if (!Number.isSafeInteger(value)) throw new TypeError('not a safe integer')
    return value
  },
})

function readSafeInt(value: unknown): number | InvalidValue {
  return typeof value === 'number' && Number.isSafeInteger(value)
    ? value
    : new InvalidValue('Give a whole number between -(2^53 - 1) and 2^53 - 1.')
}
