import { jsonLog, traceOf } from '@caregraph/telemetry'
import { WrongSettings } from './settings.js'

/** A supervisor waits 10 seconds after SIGTERM before it kills. */
const longestStopMilliseconds = 9_000

/**
 * Runs what is started until SIGTERM, SIGINT or SIGHUP, stops it and exits with 0; with 1 where it cannot start, ends
 * itself, or has not stopped after 9 seconds. Wrong settings are told to the operator in their own words.
 * @param start is given what ends the process from within
 */
export async function runProcess(
  service: string,
  start: (end: () => void) => Promise<{ stop(): Promise<void> }>,
): Promise<void> {
  const log = jsonLog(service)
  let end: (code: number) => void = () => undefined
  const ended = new Promise<number>((resolve) => {
    end = resolve
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(0))
  try {
    const running = await start(() => end(1))
    const code = await ended
    setTimeout(() => {
      log.error('the process did not stop in time', { seconds: longestStopMilliseconds / 1000 })
      process.exit(1)
    }, longestStopMilliseconds).unref()
    await running.stop()
    process.exit(code)
  } catch (error) {
    if (error instanceof WrongSettings) console.error(error.message)
    else log.error('the process cannot go on', traceOf(error))
    process.exit(1)
  }
}
