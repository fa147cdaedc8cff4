import { isIPv6 } from 'node:net'
import { LRUCache } from 'lru-cache'

/** Whole seconds to wait, or nothing where the request may go on. */
export type RateLimit = (who: string) => number | undefined

const windowMilliseconds = 60_000
/** Whoever is forgotten because so many others came begins anew: memory stays bounded. */
const rememberedCallers = 100_000

/** Counts requests in windows of a minute, each of which begins with somebody's first request. */
export function createRateLimit(perMinute: number | undefined, now: () => Date): RateLimit {
  if (perMinute === undefined) return () => undefined
  const windows = new LRUCache<string, { endsAt: number; count: number }>({ max: rememberedCallers })
  return (who) => {
    const at = now().getTime()
    const known = windows.get(who)
    if (known === undefined || known.endsAt <= at) {
      windows.set(who, { endsAt: at + windowMilliseconds, count: 1 })
      return undefined
    }
    known.count++
    return known.count > perMinute ? Math.ceil((known.endsAt - at) / 1000) : undefined
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
