import type { Clinic } from './clinic.js'
import { isTimeZone } from './scalars.js'

/** What the environment says is not what it must be; the message is for the operator, a line for each fault. */
export class WrongSettings extends Error {
  override readonly name: string = 'WrongSettings'
}

export type Variables = Readonly<Record<string, string | undefined>>

/** Reads settings and gathers what is wrong, so that the operator hears of everything at the same time. */
export interface SettingsReader {
  /** `rule` completes the sentence that begins with what was given. */
  text(name: string, otherwise: string, isRight: (value: string) => boolean, rule: string): string
  /** Nothing where it is not set and there is nothing that holds otherwise. */
  whole<Otherwise extends number | undefined>(
    name: string,
    otherwise: Otherwise,
    least: number,
    most: number,
  ): number | Otherwise
  /** Of an engine; nothing where it is not set. Never quotes what was given: a password can stand in it. */
  url(name: string, schemes: readonly string[]): string | undefined
  refuse(fault: string): void
  /** Throws WrongSettings where anything was wrong. */
  end(): void
}

export function settingsReader(variables: Variables): SettingsReader {
  const faults: string[] = []
  return {
    text(name, otherwise, isRight, rule) {
      const value = variables[name] || otherwise
      if (!isRight(value)) faults.push(`${name} is ${JSON.stringify(value)}: ${rule}.`)
      return value
    },
    whole(name, otherwise, least, most) {
      if (!variables[name]) return otherwise
      const value = Number(variables[name])
      if (Number.isInteger(value) && value >= least && value <= most) return value
      faults.push(`${name} is ${JSON.stringify(variables[name])}: give a whole number from ${least} to ${most}.`)
      return otherwise
    },
    url(name, schemes) {
      const value = variables[name]
      if (!value) return undefined
      if (!schemes.includes(/^[a-z+]+:/.exec(value)?.[0] ?? '')) {
        faults.push(`${name} begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}.`)
      }
      return value
    },
    refuse: (fault) => void faults.push(fault),
    end() {
      if (faults.length > 0) throw new WrongSettings(faults.join('\n'))
    },
  }
}

/** Where the cache is that all copies share; nothing for the memory of the process. */
export const readCacheUrl = ({ url }: SettingsReader): string | undefined => url('CACHE_URL', ['redis:', 'rediss:'])

const country = /^[A-Z]{2}$/
const currencies = new Set(Intl.supportedValuesOf('currency'))

/** @param publicUrl what links begin with where PUBLIC_URL does not say it */
export function readClinic({ text }: SettingsReader, publicUrl: string): Clinic {
  return {
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
      publicUrl,
      isHttpUrl,
      'give the address that people open, such as https://clinic.example',
    ).replace(/\/$/, ''),
  }
}

export const isHttpUrl = (value: string): boolean => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
