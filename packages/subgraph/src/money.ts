import { Directive, Field, InputType, ObjectType } from 'type-graphql'
import { Allow } from './rules.js'
import { CurrencyScalar, SafeIntScalar } from './scalars.js'

/** An amount as the acts and the tables hold it: whole minor units, never a float. */
export interface Amount {
  readonly minorUnits: number
  readonly currency: string
}

@ObjectType('Money', { simpleResolvers: true })
@Directive('@shareable')
@Allow('as-parent')
export class Money implements Amount {
  @Field(() => SafeIntScalar, { description: "In the currency's smallest unit: 12050 is 120.50 USD." })
  readonly minorUnits: number

  @Field(() => CurrencyScalar)
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

@InputType()
export class MoneyInput implements Amount {
  @Field(() => SafeIntScalar)
  declare readonly minorUnits: number

  @Field(() => CurrencyScalar)
  declare readonly currency: string
}

const digits = new Map<string, number>()

/** How many decimals the currency has: 2 for USD, 0 for JPY, 3 for KWD (ISO 4217, as ICU knows it). */
export function minorUnitDigits(currency: string): number {
  let known = digits.get(currency)
  if (known === undefined) {
    known = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
    digits.set(currency, known)
  }
  return known
}

export function decimalOf({ minorUnits, currency }: Amount): string {
  const decimals = minorUnitDigits(currency)
  const sign = minorUnits < 0 ? '-' : ''
  const text = String(Math.abs(minorUnits)).padStart(decimals + 1, '0')
  return decimals === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -decimals)}.${text.slice(-decimals)}`
}
