import { setTimeout as sleep } from 'node:timers/promises'
import { listJsonFiles } from './bundles.js'
import { signIn } from './clinic-client.js'
import { importFiles } from './import-files.js'
import { type Environment, help, type Options, parseOptions, WrongUsage } from './options.js'
import { ClinicUnusable } from './post-graphql.js'
import { newTally, progressLine, reportPage, type Tally } from './report.js'

export interface Output {
  write(text: string): unknown
  isTTY?: boolean
}

export interface Surroundings {
  environment: Environment
  /** The report goes here; progress and trouble go to `errors`. */
  output: Output
  errors: Output
  /** Aborted when the user wants to stop. */
  signal: AbortSignal
}

/** The command from its arguments to its exit status; `--help` lists the statuses. */
export async function runImport(args: string[], surroundings: Surroundings): Promise<number> {
  try {
    const options = parseOptions(args, surroundings.environment)
    if (options !== 'help') return await importAndReport(options, surroundings)
    surroundings.output.write(`${help}\n`)
    return 0
  } catch (error) {
    if (!(error instanceof WrongUsage)) throw error
    surroundings.errors.write(`${error.message}\nSee: npm run import -- --help\n`)
    return 2
  }
}

async function importAndReport(options: Options, { output, errors, signal }: Surroundings): Promise<number> {
  const { path, inFlight, timeZone, weeklyHours, ...account } = options
  const files = await listJsonFiles(path)
  const startedAt = Date.now()
  const tally = newTally()
  let trouble: string | undefined
  try {
    const wait = (milliseconds: number) => sleep(milliseconds, undefined, { signal })
    const clinic = await signIn({ ...account, fetch, now: Date.now, wait })
    const schedule = { timeZone, weeklyHours }
    await importFiles({ files, clinic, schedule, inFlight, tally, onProgress: showProgress(errors), signal })
  } catch (error) {
    if (error instanceof ClinicUnusable) trouble = error.message
    else if (!isAbort(error)) throw error
  }
  if (errors.isTTY) errors.write('\r\x1b[K')
  if (tally.files > 0) output.write(`${reportPage(tally, (Date.now() - startedAt) / 1000)}\n`)
  if (signal.aborted) trouble = 'Stopped. What is in stays in; run the same command again to go on.'
  if (trouble) errors.write(`${trouble}\n`)
  if (signal.aborted) return 130
  return trouble || tally.refused.length > 0 ? 1 : 0
}

/** One line that rewrites itself on a terminal; elsewhere a line now and then. */
function showProgress(errors: Output): (tally: Tally) => void {
  const intervalMilliseconds = errors.isTTY ? 100 : 5_000
  let shownAt = Date.now()
  return (tally) => {
    if (Date.now() - shownAt < intervalMilliseconds) return
    shownAt = Date.now()
    errors.write(errors.isTTY ? `\r\x1b[K${progressLine(tally)}` : `${progressLine(tally)}\n`)
  }
}

/** A wait that the user's stop cut short. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
