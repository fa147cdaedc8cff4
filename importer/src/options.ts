import { parseArgs } from 'node:util'
import { parseWorkingHours, type WorkingHours } from './working-hours.js'

export interface Options {
  path: string
  url: string
  email: string
  password: string
  timeZone: string
  weeklyHours: WorkingHours[]
  inFlight: number
}

export type Environment = Partial<Record<'CAREGRAPH_URL' | 'CAREGRAPH_EMAIL' | 'CAREGRAPH_PASSWORD', string>>

/** The command was called in a way that cannot work; the message says how to call it. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage'
}

const defaultUrl = 'http://localhost:4004/graphql'
const maxInFlight = 32

export const help = `Imports patients and practitioners of FHIR R4 bundles into a running clinic.

  npm run import -- <folder> [options]

  <folder>           its *.json files are read, each a Bundle or a single resource; one file will do as well
  --hours <hours>    working hours of the practitioners that are added, such as "MON-FRI 09:00-17:00, SAT 09:00-12:00";
                     "MON-SUN 00:00-00:00" is round the clock; none by default
  --time-zone <zone> the IANA zone of those hours (default UTC)
  --in-flight <n>    requests under way at the same time, 1 to ${maxInFlight} (default 4)
  --help             this page

  CAREGRAPH_URL       the clinic's GraphQL endpoint (default ${defaultUrl})
  CAREGRAPH_EMAIL     who signs in: an administrator, since nobody else may add practitioners
  CAREGRAPH_PASSWORD  and the password

It can be run again at any time: what is in already is skipped.
Exit status: 0 everything is in, 1 something was refused or the clinic cannot be used, 2 wrong usage, 130 stopped.`

/** Reads the command line and the environment, or says what is wrong with them by throwing WrongUsage. */
export function parseOptions(args: string[], environment: Environment): Options | 'help' {
  const { values, positionals } = parseArguments(args)
  if (values.help) return 'help'
  const [path, ...others] = positionals
  if (path === undefined || others.length > 0) throw new WrongUsage('Give one folder with FHIR bundles.')
  const { CAREGRAPH_URL: url = '', CAREGRAPH_EMAIL: email, CAREGRAPH_PASSWORD: password } = environment
  if (!email || !password) {
    throw new WrongUsage('Set CAREGRAPH_EMAIL and CAREGRAPH_PASSWORD to an account of the clinic.')
  }
  return {
    path,
    url: parseUrl(url || defaultUrl),
    email,
    password,
    timeZone: parseTimeZone(values['time-zone']),
    weeklyHours: values.hours === undefined ? [] : parseHours(values.hours),
    inFlight: parseInFlight(values['in-flight']),
  }
}

function parseArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        hours: { type: 'string' },
        'time-zone': { type: 'string', default: 'UTC' },
        'in-flight': { type: 'string', default: '4' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error))
  }
}

function parseUrl(url: string): string {
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw new WrongUsage(`CAREGRAPH_URL must be an http or https address, such as ${defaultUrl}.`)
  }
  return url
}

function parseTimeZone(zone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return zone
  } catch {
    throw new WrongUsage(`--time-zone "${zone}" is not an IANA time zone, such as Europe/Berlin.`)
  }
}

function parseHours(text: string): WorkingHours[] {
  const hours = parseWorkingHours(text)
  if (!hours) {
    throw new WrongUsage(
      `--hours "${text}" cannot be read. Write days as MON or MON-FRI and times as 09:00-17:00, and separate several ` +
        'by commas: "MON-FRI 09:00-17:00, SAT 09:00-12:00".',
    )
  }
  return hours
}

function parseInFlight(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0
  if (count < 1 || count > maxInFlight) throw new WrongUsage(`--in-flight must be a number from 1 to ${maxInFlight}.`)
  return count
}
