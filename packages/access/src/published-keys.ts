import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'

const path = '/.well-known/jwks.json'
const freshMilliseconds = 300_000
/** Between two fetches, however many tokens name a key that nobody knows. */
const betweenFetchesMilliseconds = 5_000
const fetchWithinMilliseconds = 2_000

/**
 * The keys that auth publishes (RFC 7517), fetched when a token needs them. The keys known last stay good while auth is
 * away: it signs nothing then, and every token expires soon. Without any it rejects with an error that is none of
 * jose's, so that nobody's good token is taken for a wrong one.
 * @param fetch the way to auth
 * @param elapsed milliseconds by a clock that never goes back
 */
export function publishedKeys(
  fetch: (request: Request) => Promise<Response>,
  elapsed: () => number = () => performance.now(),
): JWTVerifyGetKey {
  let known: { keys: JWTVerifyGetKey; at: number } | undefined
  let fetching: Promise<void> | undefined
  let triedAt = Number.NEGATIVE_INFINITY

  const fetchKeys = async (): Promise<void> => {
    triedAt = elapsed()
    const signal = AbortSignal.timeout(fetchWithinMilliseconds)
    const response = await fetch(new Request(`http://auth${path}`, { signal }))
    if (!response.ok) throw new Error(`auth answers ${response.status} instead of its keys`)
    known = { keys: createLocalJWKSet((await response.json()) as JSONWebKeySet), at: elapsed() }
  }
  const refresh = (): Promise<void> => {
    fetching ??= fetchKeys().finally(() => {
      fetching = undefined
    })
    return fetching
  }
  const mayFetch = () => fetching !== undefined || elapsed() - triedAt >= betweenFetchesMilliseconds
  const current = async (): Promise<JWTVerifyGetKey> => {
    if (known === undefined) await refresh()
    else if (elapsed() - known.at >= freshMilliseconds && mayFetch()) await refresh().catch(() => undefined)
    return (known as NonNullable<typeof known>).keys
  }

  return async (header, token) => {
    const keys = await current()
    try {
      return await keys(header, token)
    } catch (error) {
      // Perhaps it was published a moment ago.
      if (!(error instanceof errors.JWKSNoMatchingKey) || !mayFetch()) throw error
      await refresh()
      return (await current())(header, token)
    }
  }
}
