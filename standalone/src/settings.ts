import { join, resolve } from 'node:path'
import { type Clinic, readClinic, settingsReader } from '@caregraph/subgraph'
import { readTelemetrySettings, type TelemetrySettings } from '@caregraph/telemetry'

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
  readonly telemetry: TelemetrySettings
  /** The rest of the environment, by name: what a subgraph reads for itself. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

export const postgresDirectory = ({ dataDirectory }: Settings): string => join(dataDirectory, 'postgres')

export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const reader = settingsReader(environment)
  const isProduction = environment['NODE_ENV'] === 'production'
  const port = reader.whole('PORT', 4004, 0, 65_535)
  const clinic = readClinic(reader, `http://localhost:${port}`)
  // A demo brings accounts whose password everybody knows: in production nobody gets them unasked.
  const isSwitch = (value: string) => value === 'on' || value === 'off'
  const demo = reader.text('DEMO', isProduction ? 'off' : 'on', isSwitch, 'give on or off')
  const anonymousPerMinute = reader.whole('ANONYMOUS_PER_MINUTE', 600, 1, 1_000_000)
  const userPerMinute = reader.whole('USER_PER_MINUTE', undefined, 1, 1_000_000)
  const trustedProxies = reader.whole('TRUSTED_PROXIES', 0, 0, 100)
  for (const name of ['PENDING_SECONDS', 'NO_SHOW_GRACE_SECONDS']) {
    reader.whole(name, undefined, 1, 31_536_000)
  }
  const telemetry = readTelemetrySettings(reader)
  reader.end()

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
    telemetry,
    environment,
  }
}
