import { type GraphQLScalarType, Kind } from 'graphql'
import { describe, expect, it } from 'vitest'
import {
  CurrencyScalar,
  DateScalar,
  DateTimeScalar,
  EmailAddressScalar,
  InvalidValue,
  LocalTimeScalar,
  PhoneNumberScalar,
  SafeIntScalar,
  TimeZoneScalar,
  UrlScalar,
} from './scalars.js'

/** What the scalar makes of a variable, as its clients would read it again. */
function answered(scalar: GraphQLScalarType, given: unknown): unknown {
  const value = scalar.parseValue(given)
  return value instanceof InvalidValue ? 'refused' : scalar.serialize(value)
}

const table: readonly [scalar: GraphQLScalarType, given: unknown, answer: unknown][] = [
  [DateTimeScalar, '2027-03-01T09:00:00Z', '2027-03-01T09:00:00.000Z'],
  [DateTimeScalar, '2027-03-01T09:00:00.123456789Z', '2027-03-01T09:00:00.123Z'],
  [DateTimeScalar, '2027-03-01T10:30:00+01:30', '2027-03-01T09:00:00.000Z'],
  [DateTimeScalar, '2027-03-01t09:00:00z', '2027-03-01T09:00:00.000Z'],
  [DateTimeScalar, '2027-02-28T23:59:59-23:59', '2027-03-01T23:58:59.000Z'],
  [DateTimeScalar, '2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  [DateTimeScalar, '2027-03-01T09:00:00', 'refused'],
  [DateTimeScalar, '2027-03-01', 'refused'],
  [DateTimeScalar, '2027-03-01 09:00:00Z', 'refused'],
  [DateTimeScalar, '2027-03-01T09:00Z', 'refused'],
  [DateTimeScalar, '2027-03-01T24:00:00Z', 'refused'],
  [DateTimeScalar, '2027-03-01T23:60:00Z', 'refused'],
  [DateTimeScalar, '2027-03-01T23:59:60Z', 'refused'],
  [DateTimeScalar, '2027-02-29T09:00:00Z', 'refused'],
  [DateTimeScalar, '2027-02-30T09:00:00Z', 'refused'],
  [DateTimeScalar, '2027-13-01T09:00:00Z', 'refused'],
  [DateTimeScalar, '2027-03-01T09:00:00+24:00', 'refused'],
  [DateTimeScalar, '2027-03-01T09:00:00+0100', 'refused'],
  [DateTimeScalar, '0000-01-01T00:00:00Z', 'refused'],
  [DateTimeScalar, '+10000-01-01T00:00:00Z', 'refused'],
  [DateTimeScalar, '2027-03-01T09:00:00Z\n', 'refused'],
  [DateTimeScalar, '٢٠٢٧-03-01T09:00:00Z', 'refused'],
  [DateTimeScalar, 1_803_891_600_000, 'refused'],
  [DateTimeScalar, '', 'refused'],

  [DateScalar, '2027-03-01', '2027-03-01'],
  [DateScalar, '1984-02-29', '1984-02-29'],
  [DateScalar, '0001-01-01', '0001-01-01'],
  [DateScalar, '9999-12-31', '9999-12-31'],
  [DateScalar, '1900-02-29', 'refused'],
  [DateScalar, '2027-02-30', 'refused'],
  [DateScalar, '2027-00-01', 'refused'],
  [DateScalar, '2027-01-00', 'refused'],
  [DateScalar, '0000-01-01', 'refused'],
  [DateScalar, '-001-01-01', 'refused'],
  [DateScalar, '2027-3-1', 'refused'],
  [DateScalar, '20270301', 'refused'],
  [DateScalar, '2027-03-01T00:00:00Z', 'refused'],
  [DateScalar, '2027-03-01 ', 'refused'],
  [DateScalar, 20270301, 'refused'],

  [LocalTimeScalar, '00:00', '00:00'],
  [LocalTimeScalar, '23:59', '23:59'],
  [LocalTimeScalar, '09:30:00', '09:30'],
  [LocalTimeScalar, '24:00', 'refused'],
  [LocalTimeScalar, '9:30', 'refused'],
  [LocalTimeScalar, '09:60', 'refused'],
  [LocalTimeScalar, '09:30Z', 'refused'],
  [LocalTimeScalar, '09:30 AM', 'refused'],
  [LocalTimeScalar, 930, 'refused'],

  [TimeZoneScalar, 'Europe/Berlin', 'Europe/Berlin'],
  [TimeZoneScalar, 'UTC', 'UTC'],
  [TimeZoneScalar, 'America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  [TimeZoneScalar, '+02:00', 'refused'],
  [TimeZoneScalar, '-0500', 'refused'],
  [TimeZoneScalar, 'UTC+2', 'refused'],
  [TimeZoneScalar, 'GMT+02:00', 'refused'],
  [TimeZoneScalar, 'Europe/Atlantis', 'refused'],
  [TimeZoneScalar, 'Europe/Berlin ', 'refused'],
  [TimeZoneScalar, '', 'refused'],
  [TimeZoneScalar, 'x'.repeat(100_000), 'refused'],
  [TimeZoneScalar, null, 'refused'],

  [EmailAddressScalar, 'ada@example.com', 'ada@example.com'],
  [EmailAddressScalar, "ada.o'brien+clinic@mail.example.co.uk", "ada.o'brien+clinic@mail.example.co.uk"],
  [EmailAddressScalar, `${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  [EmailAddressScalar, `${'a'.repeat(65)}@example.com`, 'refused'],
  [EmailAddressScalar, `ada@${'a'.repeat(63)}.com`, `ada@${'a'.repeat(63)}.com`],
  [EmailAddressScalar, `ada@${'a'.repeat(64)}.com`, 'refused'],
  [EmailAddressScalar, `ada@${'a.'.repeat(126)}com`, 'refused'],
  [EmailAddressScalar, 'ada', 'refused'],
  [EmailAddressScalar, 'ada@example', 'refused'],
  [EmailAddressScalar, '@example.com', 'refused'],
  [EmailAddressScalar, 'ada@-example.com', 'refused'],
  [EmailAddressScalar, 'ada@example..com', 'refused'],
  [EmailAddressScalar, 'ada@example.com.', 'refused'],
  [EmailAddressScalar, 'ada lovelace@example.com', 'refused'],
  [EmailAddressScalar, 'ada@example.com\n', 'refused'],
  [EmailAddressScalar, 'Ada <ada@example.com>', 'refused'],
  [EmailAddressScalar, '"ada"@example.com', 'refused'],
  [EmailAddressScalar, 'ada@example.com,ben@example.com', 'refused'],

  [CurrencyScalar, 'USD', 'USD'],
  [CurrencyScalar, 'JPY', 'JPY'],
  [CurrencyScalar, 'usd', 'refused'],
  [CurrencyScalar, 'US', 'refused'],
  [CurrencyScalar, 'USDT', 'refused'],
  [CurrencyScalar, 'QQQ', 'refused'],
  [CurrencyScalar, '$', 'refused'],
  [CurrencyScalar, 840, 'refused'],

  [PhoneNumberScalar, '(415) 555-0123', '(415) 555-0123'],
  [PhoneNumberScalar, '+1 415 555 0123 ext. 7', '+1 415 555 0123 ext. 7'],
  [PhoneNumberScalar, '12', 'refused'],
  [PhoneNumberScalar, 'call me', 'refused'],
  [PhoneNumberScalar, '1'.repeat(41), 'refused'],

  [UrlScalar, 'https://example.com/a?b=c', 'https://example.com/a?b=c'],
  [UrlScalar, '/invoices/7', 'refused'],

  [SafeIntScalar, 0, 0],
  [SafeIntScalar, -12_050, -12_050],
  [SafeIntScalar, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  [SafeIntScalar, Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
  [SafeIntScalar, Number.MAX_SAFE_INTEGER + 1, 'refused'],
  [SafeIntScalar, 1e308, 'refused'],
  [SafeIntScalar, 0.1, 'refused'],
  [SafeIntScalar, Number.NaN, 'refused'],
  [SafeIntScalar, Number.POSITIVE_INFINITY, 'refused'],
  [SafeIntScalar, '12050', 'refused'],
  [SafeIntScalar, true, 'refused'],
  [SafeIntScalar, [], 'refused'],
  [SafeIntScalar, {}, 'refused'],
]

describe('a scalar', () => {
  it.each(table.map(([scalar, given, answer]) => ({ scalar, name: scalar.name, given, answer })))(
    '$name makes of $given: $answer',
    ({ scalar, given, answer }) => {
      expect(answered(scalar, given)).toBe(answer)
    },
  )

  it('reads a text in a document as it reads a variable, and nothing else there', () => {
    for (const [scalar, given, answer] of table) {
      if (typeof given !== 'string' || scalar === SafeIntScalar) continue
      const value = scalar.parseLiteral({ kind: Kind.STRING, value: given })
      expect(value instanceof InvalidValue ? 'refused' : scalar.serialize(value), given).toBe(answer)
      expect(scalar.parseLiteral({ kind: Kind.INT, value: '7' })).toBeInstanceOf(InvalidValue)
      expect(scalar.parseLiteral({ kind: Kind.OBJECT, fields: [] })).toBeInstanceOf(InvalidValue)
    }
  })

  it.each([
    [Kind.INT, '9007199254740991', 9_007_199_254_740_991],
    [Kind.INT, '9007199254740993', 'refused'],
    [Kind.INT, '99999999999999999999', 'refused'],
    [Kind.FLOAT, '1.0', 'refused'],
    [Kind.FLOAT, '1e3', 'refused'],
    [Kind.STRING, '7', 'refused'],
  ])('SafeInt makes of the %s %s in a document: %s', (kind, value, answer) => {
    const read = SafeIntScalar.parseLiteral({ kind, value } as never)
    expect(read instanceof InvalidValue ? 'refused' : read).toBe(answer)
  })

  it('never answers an amount that it does not hold exactly', () => {
    for (const value of [0.5, Number.MAX_SAFE_INTEGER + 1, '7', null]) {
      expect(() => SafeIntScalar.serialize(value)).toThrow(TypeError)
    }
  })

  it('never says in its refusal what it was given', () => {
    for (const [scalar] of table) {
      const refusal = scalar.parseValue('Ada Lovelace')
      expect(refusal).toBeInstanceOf(InvalidValue)
      expect(JSON.stringify(refusal)).not.toContain('Lovelace')
    }
  })
})
