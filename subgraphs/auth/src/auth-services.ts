import { followRevocations, type RevocationList } from '@caregraph/access'
import type { Stop } from '@caregraph/events'
import { type Context, type Room, traceOf } from '@caregraph/subgraph'
import { type Attempts, createAttempts } from './attempts.js'
import { createPasswords, type Passwords } from './passwords.js'
import { revokedAfter, rung } from './revoked.js'
import { type Seal, sealOf } from './seal.js'
import { rotateSigningKeys } from './signing-keys.js'

/** What this subgraph has besides its tables. */
export interface AuthServices {
  readonly attempts: Attempts
  readonly passwords: Passwords
  readonly revocations: RevocationList
  readonly seal: Seal
}

export type AuthContext = Context<AuthServices>

export async function openAuthServices(
  room: Omit<Room<never>, 'services'>,
): Promise<{ services: AuthServices; stop: Stop }> {
  const { cache, database, log, now, revocations, settings } = room
  const seal = sealOf(settings['KEY_ENCRYPTION_SECRET'])
  await rotateSigningKeys(database, seal, now())
  const read = (after: Date | undefined) => revokedAfter(database, after, now())
  // What was revoked before a restart stays so.
  revocations.learn(await read(undefined))
  const attempts = createAttempts(cache)
  const passwords = await createPasswords(attempts)
  // Also what this copy revoked itself: the answer to a commit can get lost.
  const stop = followRevocations({
    ...{ read, revocations, cache },
    onFault: (error) => log.error('what was revoked could not be read', traceOf(error)),
  })
  return { services: { attempts, passwords, revocations: rung(revocations, cache), seal }, stop }
}
