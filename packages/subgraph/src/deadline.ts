import { setMaxListeners } from 'node:events'

/** Nobody waits for the answer any more, or it took too long. */
export class GaveUp extends Error {
  override readonly name = 'GaveUp'
}

/** Until when somebody waits for an answer. Whatever is asked on the way to it is asked under the same. */
export interface Deadline {
  /** By `performance.now()`. */
  readonly at: number
  /** Aborts with GaveUp when the time is over, or when whoever asked has gone. */
  readonly signal: AbortSignal
  /** What the work answers; rejects with GaveUp where that comes first. The work hears of it by the signal alone. */
  first<Result>(work: Promise<Result>): Promise<Result>
  /** Whoever asked has gone. */
  giveUp(): void
  /** The answer is there: nothing is cut any more. */
  end(): void
}

/** @param gone aborts when whoever asked has gone */
export function deadlineIn(milliseconds: number, gone?: AbortSignal): Deadline {
  const controller = sharedAbort()
  let giveUp = (): void => undefined
  const over = new Promise<never>((_, reject) => {
    giveUp = () => {
      const reason = new GaveUp()
      reject(reason)
      controller.abort(reason)
    }
  })
  over.catch(() => undefined)
  const timer = setTimeout(giveUp, milliseconds)
  const end = () => {
    clearTimeout(timer)
    gone?.removeEventListener('abort', giveUp)
  }
  if (gone?.aborted) giveUp()
  else gone?.addEventListener('abort', giveUp)
  return {
    at: performance.now() + milliseconds,
    signal: controller.signal,
    first: (work) => Promise.race([over, work]),
    giveUp,
    end,
  }
}

/** Rejects with GaveUp when the time is over or `gone` aborts; then what runs is aborted too. */
export async function within<Result>(
  milliseconds: number,
  gone: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const deadline = deadlineIn(milliseconds, gone)
  try {
    deadline.signal.throwIfAborted()
    return await deadline.first(run(deadline.signal))
  } finally {
    deadline.end()
  }
}

/** For a signal that many wait for at once, which Node would take for a leak. */
export function sharedAbort(): AbortController {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  return controller
}
