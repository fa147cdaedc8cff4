import { type Actor, bearerToken, InvalidToken, type VerifyToken } from '@caregraph/access'
import type { Cache } from '@caregraph/cache'
import { Refusal } from '@caregraph/refusals'
import { addressBlock, createRateLimit } from './rate-limit.js'

/**
 * Decides at the door who comes in: nobody in particular, where no token came along. Refuses with UNAUTHENTICATED what
 * is not a bearer token or does not verify, and with RATE_LIMITED who asks too often.
 * @param authorization the header of that name, or the same from a socket's connection parameters
 */
export type Admit = (authorization: unknown, address: string) => Promise<Actor | undefined>

export function createAdmission(options: {
  verifyToken: VerifyToken
  cache: Pick<Cache, 'countInWindow'>
  anonymousPerMinute: number
  userPerMinute: number | undefined
}): Admit {
  const limitOfAddress = createRateLimit('address', options.anonymousPerMinute, options.cache)
  const limitOfUser = createRateLimit('user', options.userPerMinute, options.cache)
  return async (authorization, address) => {
    const actor = authorization === undefined ? undefined : await actorOf(authorization, options.verifyToken)
    // Whoever guesses tokens is counted like anybody without one.
    const isKnown = actor !== undefined && actor !== 'invalid'
    const retryAfterSeconds = isKnown ? await limitOfUser(actor.id) : await limitOfAddress(addressBlock(address))
    if (retryAfterSeconds !== undefined) throw new Refusal('RATE_LIMITED', { retryAfterSeconds })
    if (actor === 'invalid') throw new Refusal('UNAUTHENTICATED', undefined, 'This bearer token does not verify.')
    return actor
  }
}

async function actorOf(authorization: unknown, verifyToken: VerifyToken): Promise<Actor | 'invalid'> {
  const token = bearerToken(authorization)
  if (token === undefined) return 'invalid'
  try {
    return await verifyToken(token)
  } catch (error) {
    if (error instanceof InvalidToken) return 'invalid'
    throw new Refusal('SERVICE_UNAVAILABLE', { subgraph: 'auth' })
  }
}
