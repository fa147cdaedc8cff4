import { isIPv6 } from 'node:net'
import { Refusal } from '@caregraph/refusals'

const windowSeconds = 15 * 60
const sweepEverySeconds = 60
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

interface Failure {
  readonly at: number
}

/** The counts of one process: a restart forgets them. */
export function createAttempts(now: () => Date): Attempts {
  /** By whom they count against. The pace of the password queue bounds how many there can be. */
  const failures = new Map<string, Set<Failure>>()
  let sweepAt = 0

  const failuresOf = (key: string, since: number): Set<Failure> => {
    const known = failures.get(key) ?? new Set()
    for (const failure of known) if (failure.at <= since) known.delete(failure)
    failures.set(key, known)
    return known
  }
  const sweep = (since: number) => {
    for (const key of failures.keys()) if (failuresOf(key, since).size === 0) failures.delete(key)
  }

  return {
    async begin(attempted) {
      const time = now().getTime()
      const since = time - windowSeconds * 1000
      if (time >= sweepAt) {
        sweepAt = time + sweepEverySeconds * 1000
        sweep(since)
      }
      const counts = limitsOf(attempted).map(({ key, most }) => ({ failed: failuresOf(key, since), most }))
      for (const { failed, most } of counts) {
        const [oldest] = failed
        if (oldest !== undefined && failed.size >= most) {
          throw new Refusal('RATE_LIMITED', { retryAfterSeconds: Math.ceil((oldest.at - since) / 1000) })
        }
      }
      const failure = { at: time }
      for (const { failed } of counts) failed.add(failure)
      return async () => {
        for (const { failed } of counts) failed.delete(failure)
      }
    },
  }
}

function limitsOf({ email, clientAddress }: Attempted): { key: string; most: number }[] {
  const limits = []
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
