import { setMaxListeners } from 'node:events'

/** Nobody waits for the answer any more, or it took too long. */
export class GaveUp extends Error {
  override readonly name = 'GaveUp'
}

/** Rejects with GaveUp when the time is over or `signal` aborts; then what runs is aborted too. */
export function within<Result>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    const giveUp = () => {
      const reason = new GaveUp()
      reject(reason)
      controller.abort(reason)
    }
    if (signal?.aborted) return giveUp()
    const timer = setTimeout(giveUp, milliseconds)
    signal?.addEventListener('abort', giveUp)
    run(controller.signal)
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', giveUp)
      })
  })
}

/** For a signal that many wait for at once, which Node would take for a leak. */
export function sharedAbort(): AbortController {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  return controller
}
