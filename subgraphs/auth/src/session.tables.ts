import { createHash, randomBytes } from 'node:crypto'
import type { RevocationList } from '@caregraph/access'
import { type Database, newId, queryRows, type Transaction } from '@caregraph/database'
import type { Seal } from './seal.js'
import { signAccessToken } from './signing-keys.js'
import { SessionRow, type UserRow } from './user.entity.js'
import type { Session } from './user.type.js'

const refreshTokenDays = 30
/** However often it is refreshed: then the person signs in again (OWASP Session Management, absolute timeout). */
const sessionDays = 90
const longestUserAgent = 300
const dayMilliseconds = 86_400_000

/** What is kept of a refresh token: 32 random bytes need no slow hash. */
export const hashOf = (refreshToken: string): Buffer => createHash('sha256').update(refreshToken).digest()

/** Opens a session with its first tokens, in the transaction in which the person was let in. */
export async function openSession(
  tx: Transaction,
  user: UserRow,
  { seal, now, userAgent }: { seal: Seal; now: Date; userAgent: string | undefined },
): Promise<Session & { id: string }> {
  const session: SessionRow = {
    id: newId(),
    userId: user.id,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: expiryOf(now, now),
    userAgent: userAgent?.slice(0, longestUserAgent) ?? null,
    endedAt: null,
  }
  await tx.manager.insert(SessionRow, session)
  return { id: session.id, ...(await issueTokens(tx, { seal, now, session, user })) }
}

/** New tokens for a session that goes on. */
export async function issueTokens(
  tx: Transaction,
  { seal, now, session, user }: { seal: Seal; now: Date; session: SessionRow; user: UserRow },
): Promise<Session> {
  const refreshToken = randomBytes(32).toString('base64url')
  const refreshTokenExpiresAt = expiryOf(session.createdAt, now)
  await tx.query('INSERT INTO refresh_tokens (hash, session_id, expires_at) VALUES ($1, $2, $3)', [
    hashOf(refreshToken),
    session.id,
    refreshTokenExpiresAt,
  ])
  await tx.manager.update(SessionRow, { id: session.id }, { lastUsedAt: now, expiresAt: refreshTokenExpiresAt })
  const bearer = { userId: user.id, roles: user.roles, sessionId: session.id }
  return { ...(await signAccessToken(tx, seal, bearer, now)), refreshToken, refreshTokenExpiresAt, user }
}

/** It slides with each refresh, up to the end of the session. */
function expiryOf(sessionCreatedAt: Date, now: Date): Date {
  return new Date(
    Math.min(
      now.getTime() + refreshTokenDays * dayMilliseconds,
      sessionCreatedAt.getTime() + sessionDays * dayMilliseconds,
    ),
  )
}

/** The session's row, which nobody else changes until this transaction ends. */
export function lockSession(tx: Transaction, id: string): Promise<SessionRow | null> {
  return tx.manager.findOne(SessionRow, { where: { id }, lock: { mode: 'pessimistic_write' } })
}

interface Ending {
  now: Date
  revocations: RevocationList
}

/** No token of the session is taken any more once this is committed. */
export async function endSession(tx: Transaction, id: string, { now, revocations }: Ending): Promise<void> {
  await tx.query('UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL', [id, now])
  tx.afterCommit(() => revocations.endSession(id, now))
}

/** Ends all sessions of a person, or all but one. */
export async function endSessionsOf(
  tx: Transaction,
  userId: string,
  { now, revocations, exceptId }: Ending & { exceptId?: string },
): Promise<void> {
  const ended = await tx.query<{ id: string }>(
    `UPDATE sessions SET ended_at = $2
     WHERE user_id = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $3::uuid RETURNING id`,
    [userId, now, exceptId ?? null],
  )
  tx.afterCommit(() => {
    for (const { id } of ended) revocations.endSession(id, now)
  })
}

/** Forgets what nobody can use any more: a day later, so that no access token outlives the memory of its session's end. */
export async function forgetOldSessions(database: Database, now: Date): Promise<void> {
  await queryRows(database, 'DELETE FROM refresh_tokens WHERE expires_at < $1', [now])
  await queryRows(database, 'DELETE FROM sessions WHERE expires_at < $1', [new Date(now.getTime() - dayMilliseconds)])
}
