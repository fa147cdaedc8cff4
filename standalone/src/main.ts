import { jsonLog, startTelemetry } from '@caregraph/telemetry'
import { adviceOn } from './advice.js'
import { printAdministrator, printBanner } from './banner.js'
import { openClinic } from './open-clinic.js'
import { readSettings } from './settings.js'

const lookForParentMilliseconds = 500
/** A supervisor waits 10 seconds after SIGTERM before it kills. */
const longestStopMilliseconds = 9_000

// Standard output is for whoever opens the clinic: the banner, and a password that is shown once.
const log = jsonLog('clinic', (line) => process.stderr.write(line))

try {
  const settings = readSettings(process.env)
  const telemetry = await startTelemetry({ service: 'clinic', settings: settings.telemetry, log })
  const clinic = await openClinic(settings, log, printAdministrator)
  printBanner(settings)

  const { promise: asked, resolve: ask } = promiseWithResolver()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, ask)
  if (process.env['npm_lifecycle_event'] !== undefined) whenParentIsGone(ask)
  const end = await Promise.race([
    asked.then(() => 'asked' as const),
    clinic.databaseEnded.then(() => 'database' as const),
  ])
  if (end === 'database') console.error('PostgreSQL has ended, so the clinic closes. Its log lies in DATA_DIR.')

  setTimeout(() => process.exit(1), longestStopMilliseconds).unref()
  await clinic.stop()
  await telemetry.stop()
  console.log(`\n  ${settings.clinic.name} is closed.`)
  process.exit(end === 'asked' ? 0 : 1)
} catch (error) {
  const advice = adviceOn(error)
  if (advice === undefined) throw error
  console.error(advice)
  process.exit(1)
}

function promiseWithResolver() {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/** npm that is killed tells nobody: its child is then another process's child. */
function whenParentIsGone(then: () => void): void {
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && then(), lookForParentMilliseconds).unref()
}
