import { permit } from '@caregraph/access'
import { inTransaction } from '@caregraph/database'
import type { AuthContext } from './auth-services.js'
import { endSession } from './session.tables.js'

/** Ends the session from which this is asked: neither of its tokens is taken any more. */
export async function logout(context: AuthContext): Promise<true> {
  const { services } = context
  const actor = permit(context.actor, 'session:revoke')
  const now = context.now()
  await inTransaction(context, (tx) => endSession(tx, actor.sessionId, { now, revocations: services.revocations }))
  return true
}
