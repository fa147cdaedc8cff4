import { once } from 'node:events'
import { jsonLog, traceOf } from '@caregraph/telemetry'
import { WrongSettings } from './settings.js'

/** A supervisor waits 10 seconds after SIGTERM before it kills. */
const longestStopMilliseconds = 9_000

/**
 * Runs what is started until SIGTERM, SIGINT or SIGHUP, stops it and exits with 0; with 1 where it cannot start, ends
 * itself, or has not stopped after 9 seconds. Wrong settings are told to the operator in their own words.
 * @param start is given what ends the process from within, and a signal that aborts when the process is to end: a start
 * that is in its middle then may stop what it has begun and reject with the signal's reason
 */
export async function runProcess(
  service: string,
  start: (end: () => void, ending: AbortSignal) => Promise<{ stop(): Promise<void> }>,
): Promise<void> {
  const log = jsonLog(service)
  const ending = new AbortController()
  let code = 0
  const end = (withCode: number) => {
    if (ending.signal.aborted) return
    code = withCode
    setTimeout(() => {
      log.error('the process did not stop in time', { seconds: longestStopMilliseconds / 1000 })
      process.exit(1)
    }, longestStopMilliseconds).unref()
    ending.abort()
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(0))
  try {
    const running = await start(() => end(1), ending.signal)
    if (!ending.signal.aborted) await once(ending.signal, 'abort')
    await running.stop()
  } catch (error) {
    if (error !== ending.signal.reason) {
      if (error instanceof WrongSettings) console.error(error.message)
      else log.error('the process cannot go on', traceOf(error))
      code = 1
    }
  }
  process.exit(code)
}
