import { type RevocationList, revocationSeconds } from '@caregraph/access'
import { type Database, queryRows } from '@caregraph/database'
import type { Context, Room } from '@caregraph/subgraph'
import { type Attempts, createAttempts } from './attempts.js'
import { createPasswords, type Passwords } from './passwords.js'
import { type Seal, sealOf } from './seal.js'
import { rotateSigningKeys } from './signing-keys.js'
import type { SessionRow, UserRow } from './user.entity.js'

/** What this subgraph has besides its tables. */
export interface AuthServices {
  readonly attempts: Attempts
  readonly passwords: Passwords
  readonly revocations: RevocationList
  readonly seal: Seal
}

export type AuthContext = Context<AuthServices>

export async function openAuthServices(room: Omit<Room<never>, 'services'>): Promise<{ services: AuthServices }> {
  const { database, now, revocations, settings } = room
  const seal = sealOf(settings['KEY_ENCRYPTION_SECRET'])
  await rotateSigningKeys(database, seal, now())
  await rememberRevocations(database, revocations, now())
  const attempts = createAttempts(now)
  return { services: { attempts, passwords: await createPasswords(attempts), revocations, seal } }
}

/** What was revoked before a restart stays so while a token of that time can live. */
async function rememberRevocations(database: Database, revocations: RevocationList, now: Date): Promise<void> {
  const since = new Date(now.getTime() - revocationSeconds * 1000)
  const ended = await queryRows<Pick<SessionRow, 'id' | 'endedAt'>>(
    database,
    'SELECT id, ended_at AS "endedAt" FROM sessions WHERE ended_at > $1',
    [since],
  )
  for (const { id, endedAt } of ended) revocations.endSession(id, endedAt ?? now)
  const changed = await queryRows<Pick<UserRow, 'id' | 'roles' | 'rolesChangedAt'>>(
    database,
    'SELECT id, roles, roles_changed_at AS "rolesChangedAt" FROM users WHERE roles_changed_at > $1',
    [since],
  )
  for (const { id, roles, rolesChangedAt } of changed) revocations.changeRoles(id, roles, rolesChangedAt ?? now)
}
