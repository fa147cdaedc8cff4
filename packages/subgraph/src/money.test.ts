import { describe, expect, it } from 'vitest'
import { decimalOf, Money, minorUnitDigits } from './index.js'

describe('an amount', () => {
  it.each([
    ['USD', 12_050, '120.50'],
    ['USD', 5, '0.05'],
    ['USD', 0, '0.00'],
    ['USD', -5, '-0.05'],
    ['USD', -12_050, '-120.50'],
    ['USD', 100, '1.00'],
    ['JPY', 800, '800'],
    ['JPY', 0, '0'],
    ['JPY', -1, '-1'],
    ['KWD', 1_234, '1.234'],
    ['KWD', 7, '0.007'],
    ['KWD', -7, '-0.007'],
    ['USD', Number.MAX_SAFE_INTEGER, '90071992547409.91'],
    ['KWD', Number.MIN_SAFE_INTEGER, '-9007199254740.991'],
  ])('in %s of %i minor units is written %s', (currency, minorUnits, decimal) => {
    expect(decimalOf({ currency, minorUnits })).toBe(decimal)
    expect(new Money({ currency, minorUnits }).decimal).toBe(decimal)
  })

  it.each([
    ['USD', 2],
    ['JPY', 0],
    ['KWD', 3],
    ['HUF', 2],
    ['ISK', 0],
    ['CLF', 4],
    ['COP', 2],
    ['IDR', 2],
    ['IQD', 3],
    ['XOF', 0],
    ['EUR', 2],
  ])('in %s has as many decimals as ISO 4217 says: %i', (currency, digits) => {
    expect(minorUnitDigits(currency)).toBe(digits)
  })
})
