import { isIPv6 } from 'node:net'
import type { Cache } from '@caregraph/cache'

/** Whole seconds to wait, or nothing where the request may go on. */
export type RateLimit = (who: string) => Promise<number | undefined>

const windowMilliseconds = 60_000

/**
 * Counts requests in windows of a minute, each of which begins with somebody's first request at any copy that shares
 * the cache. `what` tells the counts of several limits apart.
 */
export function createRateLimit(
  what: string,
  perMinute: number | undefined,
  cache: Pick<Cache, 'countInWindow'>,
): RateLimit {
  if (perMinute === undefined) return async () => undefined
  return async (who) => {
    const { count, endsInMilliseconds } = await cache.countInWindow(`${what} ${who}`, windowMilliseconds)
    return count > perMinute ? Math.ceil(endsInMilliseconds / 1000) : undefined
  }
}

/** One caller of IPv6 owns a whole /64 (RFC 6177), so all of it counts as one address. */
export function addressBlock(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address
  const [head = '', tail = ''] = address.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === '' ? [] : tail.split(':')
  const missing = address.includes('::') ? 8 - before.length - after.length : 0
  return [...before, ...Array<string>(Math.max(0, missing)).fill('0'), ...after].slice(0, 4).join(':')
}
