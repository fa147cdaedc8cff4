/**
 * `open`: it kept somebody waiting in vain, so nobody asks it. `avoided`: it said no, or nobody was there, which costs
 * nothing to hear again: it is asked where there is no other. `half-open`: after a moment of either, one may try.
 */
export type BreakerState = 'closed' | 'open' | 'avoided' | 'half-open'

/**
 * Whether one copy of a subgraph is asked. Several failures in a row open the breaker for a moment; then one may try,
 * and his answer closes it again.
 */
export interface Breaker {
  state(): BreakerState
  /** Somebody tries a half-open one; until he tells how it went, nobody else does. */
  tries(): void
  answered(): void
  failed(isLate: boolean): void
  /** The copy said itself that it goes. */
  goes(): void
  /** The request ended in a way that tells nothing of the copy: its asker went, or the copy was only busy. */
  dropped(): void
}

const failuresUntilOpen = 5
/** Short, since a try costs a query nothing but a second, and what was started again is to be found soon. */
const openMilliseconds = 1_000

/** @param elapsed milliseconds by a clock that never goes back */
export function createBreaker(elapsed: () => number): Breaker {
  let failures = 0
  let openUntil: number | undefined
  let isSilent = false
  let isTried = false
  const open = (isLate: boolean) => {
    openUntil = elapsed() + openMilliseconds
    isSilent = isLate
    isTried = false
  }
  return {
    state() {
      if (openUntil === undefined) return 'closed'
      if (!isTried && elapsed() >= openUntil) return 'half-open'
      return isSilent ? 'open' : 'avoided'
    },
    tries() {
      isTried = true
    },
    answered() {
      failures = 0
      openUntil = undefined
      isTried = false
    },
    failed(isLate) {
      failures += 1
      if (openUntil !== undefined || failures >= failuresUntilOpen) open(isLate)
    },
    goes: () => open(false),
    dropped() {
      isTried = false
    },
  }
}
