import { Refusal } from '@caregraph/refusals'

export type Queue = <T>(work: () => Promise<T>) => Promise<T>

const retryAfterSeconds = 1

/** Runs a few works at once and lets a bounded number wait, in their order. Refuses one more with RATE_LIMITED. */
export function boundedQueue({ atOnce, mostWaiting }: { atOnce: number; mostWaiting: number }): Queue {
  let running = 0
  const waiting: (() => void)[] = []

  return async (work) => {
    if (running < atOnce) running++
    else if (waiting.length < mostWaiting) await new Promise<void>((resolve) => waiting.push(resolve))
    else throw new Refusal('RATE_LIMITED', { retryAfterSeconds })
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
