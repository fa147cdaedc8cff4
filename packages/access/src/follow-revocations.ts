import { setTimeout as delay } from 'node:timers/promises'
import type { Cache } from '@caregraph/cache'
import type { RevocationList, Revoked } from './revocations.js'

/** Rung by whoever revokes: it only shortens the wait, as nobody is told by it what was revoked. */
export const revocationBell = 'revocations'
/** Where auth answers with what was revoked. For the processes of the clinic only: the gateway passes nothing on to it. */
export const revocationsPath = '/revocations'

const lookEveryMilliseconds = 2_000
const lookForOwnerEveryMilliseconds = 250
/** However often it rings. */
const betweenLooksMilliseconds = 50
const answerWithinMilliseconds = 2_000

/** Reads what was revoked after an instant; without one, all that can still matter. */
export type ReadRevoked = (after: Date | undefined) => Promise<Revoked>

/**
 * Keeps a process's list as its owner's records are: read at the start, every two seconds, and whenever the bell rings.
 * So a revocation arrives whatever was lost on the way, in a process that started later too. While the owner does not
 * answer, the list stays what it is; a token that it does not know is taken until it expires, ten minutes at most.
 *
 * A process that is not auth calls it once at its start, and gives the same list to `createTokenVerifier`:
 * `followRevocations({ read: publishedRevocations((request) => auth.fetch(request)), revocations, cache, onFault })`.
 * auth follows its own database by itself.
 * @param options.onFault called when the owner does not answer, not again before it has
 */
export function followRevocations(options: {
  read: ReadRevoked
  revocations: RevocationList
  cache: Pick<Cache, 'onRing'>
  onFault: (error: unknown) => void
  everyMilliseconds?: number
}): () => Promise<void> {
  const { read, revocations, cache, onFault, everyMilliseconds = lookEveryMilliseconds } = options
  const stopping = new AbortController()
  let wake: () => void = () => undefined
  const unhear = cache.onRing(revocationBell, () => wake())

  async function follow(): Promise<void> {
    let after: Date | undefined
    let isAway = false
    while (!stopping.signal.aborted) {
      // From before the read: what rings meanwhile is looked at again.
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      try {
        const revoked = await read(after)
        revocations.learn(revoked)
        after = revoked.next
        isAway = false
      } catch (error) {
        if (!isAway && !stopping.signal.aborted) onFault(error)
        isAway = true
      }
      const timer = setTimeout(() => wake(), isAway ? lookForOwnerEveryMilliseconds : everyMilliseconds)
      await delay(betweenLooksMilliseconds, undefined, { signal: stopping.signal }).catch(() => undefined)
      await woken
      clearTimeout(timer)
    }
  }
  const following = follow()
  return async () => {
    stopping.abort()
    unhear()
    wake()
    await following
  }
}

/** Reads from auth over its internal way. */
export function publishedRevocations(fetch: (request: Request) => Promise<Response>): ReadRevoked {
  return async (after) => {
    const signal = AbortSignal.timeout(answerWithinMilliseconds)
    const search = after === undefined ? '' : `?after=${after.toISOString()}`
    const response = await fetch(new Request(`http://auth${revocationsPath}${search}`, { signal }))
    if (!response.ok) throw new Error(`auth answers ${response.status} instead of what was revoked`)
    const { sessions, roles, next } = (await response.json()) as AsJson<Revoked>
    return {
      sessions: sessions.map(({ id, endedAt }) => ({ id, endedAt: new Date(endedAt) })),
      roles: roles.map((each) => ({ ...each, changedAt: new Date(each.changedAt) })),
      next: new Date(next),
    }
  }
}

type AsJson<Value> = Value extends Date
  ? string
  : Value extends object
    ? { [Key in keyof Value]: AsJson<Value[Key]> }
    : Value
