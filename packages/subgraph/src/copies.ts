import { Pool } from 'undici'
import { type Breaker, type BreakerState, createBreaker } from './breaker.js'
import type { SubgraphUrls } from './subgraph-urls.js'

/** One of the processes in which a subgraph runs. */
export interface Copy {
  readonly pool: Pool
  /** Where it answers GraphQL. */
  readonly path: string
  readonly breaker: Breaker
  /** Requests that are under way or wait for a connection. */
  busy: number
}

export interface Copies {
  readonly all: readonly Copy[]
  /**
   * The least busy copy that answers, in turn where several are; nothing where all of them keep everybody waiting.
   * @param dares whether the request can be asked again elsewhere: then it is also what tries a copy that failed before
   * @param besides a copy that is not meant
   */
  choose(dares: boolean, besides?: Copy): Copy | undefined
  /** Whether there is hope in anybody besides this copy. */
  hasOthers(copy: Copy): boolean
}

const connections = 64
const connectWithinMilliseconds = 2_000
/** A backstop: every request has its own deadline, which is shorter. */
const silentMilliseconds = 60_000

const hopeful: ReadonlySet<BreakerState> = new Set(['closed', 'half-open'])

/** @param elapsed milliseconds by a clock that never goes back */
export function copiesAt(urls: SubgraphUrls, elapsed: () => number): Copies {
  const all = urls.map((url): Copy => {
    const { origin, pathname } = new URL(url)
    const pool = new Pool(origin, {
      connections,
      connect: { timeout: connectWithinMilliseconds },
      headersTimeout: silentMilliseconds,
      bodyTimeout: silentMilliseconds,
    })
    return { pool, path: pathname, breaker: createBreaker(elapsed), busy: 0 }
  })
  let turn = 0

  return {
    all,
    choose(dares, besides) {
      let free: Copy | undefined
      let doubtful: Copy | undefined
      let avoided: Copy | undefined
      turn = (turn + 1) % all.length
      for (let index = 0; index < all.length; index++) {
        const copy = all[(turn + index) % all.length] as Copy
        if (copy === besides) continue
        const state = copy.breaker.state()
        if (state === 'closed' && (free === undefined || copy.busy < free.busy)) free = copy
        if (state === 'half-open') doubtful ??= copy
        if (state === 'avoided') avoided ??= copy
      }
      if (doubtful === undefined || (free !== undefined && !dares)) return free ?? avoided
      doubtful.breaker.tries()
      return doubtful
    },
    hasOthers: (copy) => all.some((other) => other !== copy && hopeful.has(other.breaker.state())),
  }
}
