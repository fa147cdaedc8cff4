import { inTransaction } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import type { AuthContext } from './auth-services.js'
import { endSession, hashOf, issueTokens, lockSession } from './session.tables.js'
import { lockUser } from './user.tables.js'
import type { Session } from './user.type.js'

/**
 * New tokens for a refresh token, which is worth nothing from then on. One that is used again was stolen, from the
 * holder or by him: nobody can tell, so the whole session ends (RFC 9700, 4.14.2). Of two that are used at the same
 * time one wins; the other was under way before the first was spent, which is no theft but a page that was opened twice.
 */
export async function refreshSession(context: AuthContext, refreshToken: string): Promise<Session> {
  const { services } = context
  const askedAt = context.now()
  const hash = hashOf(refreshToken)
  const session = await inTransaction(context, async (tx) => {
    const [holder] = await tx.query<{ userId: string; sessionId: string }>(
      `SELECT session.user_id AS "userId", session.id AS "sessionId"
       FROM refresh_tokens AS token JOIN sessions AS session ON session.id = token.session_id WHERE token.hash = $1`,
      [hash],
    )
    if (holder === undefined) return null
    // The user first, as everywhere: and with him the roles that go into the token.
    const user = await lockUser(tx, holder.userId)
    const session = await lockSession(tx, holder.sessionId)
    const [token] = await tx.query<{ usedAt: Date | null; expiresAt: Date }>(
      'SELECT used_at AS "usedAt", expires_at AS "expiresAt" FROM refresh_tokens WHERE hash = $1',
      [hash],
    )
    const now = context.now()
    if (user === null || session === null || token === undefined) return null
    if (user.disabledAt !== null || session.endedAt !== null || token.expiresAt <= now) return null
    if (token.usedAt !== null) {
      if (token.usedAt < askedAt) await endSession(tx, session.id, { now, revocations: services.revocations })
      return null
    }
    await tx.query('UPDATE refresh_tokens SET used_at = $2 WHERE hash = $1', [hash, now])
    return issueTokens(tx, { seal: services.seal, now, session, user })
  })
  if (session === null) throw new Refusal('INVALID_REFRESH_TOKEN')
  return session
}
