import { randomBytes } from 'node:crypto'
import * as argon2 from '@node-rs/argon2'
import type { Attempted, Attempts } from './attempts.js'
import { boundedQueue } from './bounded-queue.js'

/** OWASP Password Storage: argon2id with 19 MiB, two passes, one lane. One takes some 10 ms of a core. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const queue = { atOnce: 2, mostWaiting: 50 }

/** Hashes and compares, a few at once: what does not fit is refused with RATE_LIMITED. */
export interface Passwords {
  hash(password: string): Promise<string>
  /**
   * Whether the password is that of the hash. Without one it takes the same time and is wrong, so that nobody learns
   * by the clock who signs in here. A wrong one counts against the account and the address.
   */
  isRight(password: string, hash: string | undefined, attempted: Attempted): Promise<boolean>
}

export const hashPassword = (password: string): Promise<string> => argon2.hash(normalized(password), cost)

export async function createPasswords(attempts: Attempts): Promise<Passwords> {
  const queued = boundedQueue(queue)
  const nobodysHash = await argon2.hash(randomBytes(32), cost)
  return {
    hash: (password) => queued(() => hashPassword(password)),

    isRight: (password, hash, attempted) =>
      queued(async () => {
        const takeBack = await attempts.begin(attempted)
        const matches = await argon2.verify(hash ?? nobodysHash, normalized(password))
        if (hash === undefined || !matches) return false
        await takeBack()
        return true
      }),
  }
}

/** Keyboards write the same character in different ways: this makes them one (NIST SP 800-63B-4, 3.1.1.2). */
export const normalized = (password: string): string => password.normalize('NFKC')
