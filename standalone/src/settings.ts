import { resolve } from 'node:path'
import { type Clinic, isTimeZone } from '@caregraph/subgraph'

/** What the environment says, read once. Every fault is named, all at the same time. */
export interface Settings {
  readonly port: number
  readonly host: string
  readonly dataDirectory: string
  readonly clinic: Clinic
  readonly isProduction: boolean
  /** Whether an empty database is filled with the demo clinic. */
  readonly demo: boolean
  readonly administrator: { readonly email: string | undefined; readonly password: string | undefined }
  readonly anonymousPerMinute: number
  /** Nothing where there is no limit. */
  readonly userPerMinute: number | undefined
  /** How many proxies stand before the clinic and tell a client's address in X-Forwarded-For. */
  readonly trustedProxies: number
  /** The rest of the environment, by name: what a subgraph reads for itself. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

export class WrongSettings extends Error {
  override readonly name = 'WrongSettings'
}

const country = /^[A-Z]{2}$/
const currencies = new Set(Intl.supportedValuesOf('currency'))

export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const faults: string[] = []

  const text = (name: string, otherwise: string, isRight: (value: string) => boolean, rule: string): string => {
    const value = environment[name] || otherwise
    if (!isRight(value)) faults.push(`${name} is ${JSON.stringify(value)}: ${rule}.`)
    return value
  }
  const whole = (name: string, otherwise: number | undefined, least: number, most: number): number | undefined => {
    if (!environment[name]) return otherwise
    const value = Number(environment[name])
    if (Number.isInteger(value) && value >= least && value <= most) return value
    faults.push(`${name} is ${JSON.stringify(environment[name])}: give a whole number from ${least} to ${most}.`)
    return otherwise
  }

  const isProduction = environment['NODE_ENV'] === 'production'
  const port = whole('PORT', 4004, 0, 65_535) ?? 4004
  const clinic: Clinic = {
    name: text('CLINIC_NAME', 'Caregraph Clinic', (value) => value.length <= 200, 'at most 200 characters'),
    timeZone: text('CLINIC_TIME_ZONE', 'UTC', isTimeZone, 'give a zone of the IANA database, such as Europe/Berlin'),
    currency: text(
      'CLINIC_CURRENCY',
      'USD',
      (value) => currencies.has(value),
      'give a currency of ISO 4217, such as EUR',
    ),
    country: text('CLINIC_COUNTRY', 'US', (value) => country.test(value), 'give a country of ISO 3166-1, such as DE'),
    publicUrl: text(
      'PUBLIC_URL',
      `http://localhost:${port}`,
      isHttpUrl,
      'give the address that people open, such as https://clinic.example',
    ).replace(/\/$/, ''),
  }
  // A demo brings accounts whose password everybody knows: in production nobody gets them unasked.
  const demo = text('DEMO', isProduction ? 'off' : 'on', (value) => value === 'on' || value === 'off', 'give on or off')
  const anonymousPerMinute = whole('ANONYMOUS_PER_MINUTE', 600, 1, 1_000_000) ?? 600
  const userPerMinute = whole('USER_PER_MINUTE', undefined, 1, 1_000_000)
  const trustedProxies = whole('TRUSTED_PROXIES', 0, 0, 100) ?? 0
  for (const name of ['HOLD_SECONDS', 'PENDING_SECONDS', 'NO_SHOW_GRACE_SECONDS']) whole(name, undefined, 1, 31_536_000)
  if (faults.length > 0) throw new WrongSettings(faults.join('\n'))

  return {
    port,
    host: environment['HOST'] || 'localhost',
    dataDirectory: resolve(environment['DATA_DIR'] || '.data'),
    clinic,
    isProduction,
    demo: demo === 'on',
    administrator: {
      email: environment['ADMIN_EMAIL'] || undefined,
      password: environment['ADMIN_PASSWORD'] || undefined,
    },
    anonymousPerMinute,
    userPerMinute,
    trustedProxies,
    environment,
  }
}

const isHttpUrl = (value: string): boolean => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
