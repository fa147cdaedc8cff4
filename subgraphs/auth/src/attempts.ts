import { isIPv6 } from 'node:net'
import type { Cache, Limit } from '@caregraph/cache'
import { Refusal } from '@caregraph/refusals'

const windowMilliseconds = 15 * 60_000
const mostFailures = { account: 10, address: 100 }

/** Whom an attempt counts against. */
export interface Attempted {
  /** The e-mail that was given, whether or not somebody signs in with it: so both are refused alike. */
  readonly email?: string
  /** Unknown where the request did not come over a network. */
  readonly clientAddress: string | undefined
}

/** Counts failed attempts, for an account and for a client's address. */
export interface Attempts {
  /**
   * Counts the attempt as a failed one at once, so that those that run at the same time cannot exceed the limit, and
   * refuses with RATE_LIMITED where there were enough. The answer takes it back, when it has succeeded.
   */
  begin(attempted: Attempted): Promise<() => Promise<void>>
}

/** The counts of all copies that share the cache. */
export function createAttempts(cache: Pick<Cache, 'note'>): Attempts {
  return {
    async begin(attempted) {
      const noted = await cache.note(limitsOf(attempted), windowMilliseconds)
      if (noted.takeBack !== undefined) return noted.takeBack
      throw new Refusal('RATE_LIMITED', { retryAfterSeconds: Math.ceil(noted.freeInMilliseconds / 1000) })
    },
  }
}

function limitsOf({ email, clientAddress }: Attempted): Limit[] {
  const limits: Limit[] = []
  if (email !== undefined) limits.push({ key: `account ${email.toLowerCase()}`, most: mostFailures.account })
  if (clientAddress !== undefined) {
    limits.push({ key: `network ${networkOf(clientAddress)}`, most: mostFailures.address })
  }
  return limits
}

/** An IPv6 client has a whole /64 to itself (RFC 6177), so that is what is counted. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...first, ...Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0'), ...last]
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
