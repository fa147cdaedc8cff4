import { within } from './deadline.js'

const readyWithinMilliseconds = 2_000
/** A question that never ends must not be the last one: each store has a limit below this. */
const forgottenAfterMilliseconds = 20_000

/**
 * A question that is under way once at a time: whoever asks meanwhile hears the same answer, so that questions which
 * hang do not pile up. No answer in two seconds is a no.
 */
export function readiness(isReady: () => Promise<boolean>): () => Promise<boolean> {
  let asked: Promise<boolean> | undefined
  return () => {
    asked ??= within(forgottenAfterMilliseconds, undefined, isReady).finally(() => {
      asked = undefined
    })
    const answer = asked
    return within(readyWithinMilliseconds, undefined, () => answer).catch(() => false)
  }
}
