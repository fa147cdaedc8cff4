import { Directive, Field, InputType, ObjectType } from 'type-graphql'
import { Allow } from './rules.js'
import { CurrencyScalar, SafeIntScalar } from './scalars.js'

/** An amount as the acts and the tables hold it: whole minor units, never a float. */
export interface Amount {
  readonly minorUnits: number
  readonly currency: string
}

@ObjectType('Money', {
  simpleResolvers: true,
  description: 'An amount of money, in whole minor units: never a fraction.',
})
@Directive('@shareable')
@Allow('as-parent')
export class Money implements Amount {
  @Field(() => SafeIntScalar, { description: "In the currency's smallest unit: 12050 is 120.50 USD." })
  readonly minorUnits: number

  @Field(() => CurrencyScalar, { description: 'ISO 4217, such as USD.' })
  readonly currency: string

  constructor(amount: Amount) {
    this.minorUnits = amount.minorUnits
    this.currency = amount.currency
  }

  @Field(() => String, { description: 'Plain decimal, such as 120.50.' })
  get decimal(): string {
    return decimalOf(this)
  }
}

@InputType({ description: 'An amount of money, in whole minor units: never a fraction.' })
export class MoneyInput implements Amount {
  @Field(() => SafeIntScalar, {
    description: "In the currency's smallest unit: 1250 is 12.50 USD, 1250 JPY or 1.250 KWD.",
  })
  declare readonly minorUnits: number

  @Field(() => CurrencyScalar, { description: 'ISO 4217, such as USD.' })
  declare readonly currency: string
}

/**
 * The currencies of ISO 4217 that have other than two decimals. ICU is no source for them: it tells what cash there is,
 * so it has none for HUF, and differs from one release to the next.
 */
const otherDigits: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
}
const digitsOf = new Map(
  Object.entries(otherDigits).flatMap(([digits, currencies]) =>
    currencies.split(' ').map((currency): [string, number] => [currency, Number(digits)]),
  ),
)

/** How many decimals the currency has: 2 for USD, 0 for JPY, 3 for KWD (ISO 4217). */
export function minorUnitDigits(currency: string): number {
  return digitsOf.get(currency) ?? 2
}

export function decimalOf({ minorUnits, currency }: Amount): string {
  const decimals = minorUnitDigits(currency)
  const sign = minorUnits < 0 ? '-' : ''
  const text = String(Math.abs(minorUnits)).padStart(decimals + 1, '0')
  return decimals === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -decimals)}.${text.slice(-decimals)}`
}
