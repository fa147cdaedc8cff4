import { may, permit } from '@caregraph/access'
import { inTransaction } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import { requiredId } from '@caregraph/subgraph'
import type { AuthContext } from './auth-services.js'
import { endSession, lockSession } from './session.tables.js'

/** Signs the person out there, at once. */
export async function revokeSession(context: AuthContext, givenId: string): Promise<true> {
  const { services } = context
  const actor = permit(context.actor, 'session:revoke')
  const now = context.now()
  const id = requiredId(givenId, 'id')
  await inTransaction(context, async (tx) => {
    const session = await lockSession(tx, id)
    if (session === null || !may(actor, 'session:revoke', session.userId)) throw new Refusal('NOT_FOUND')
    await endSession(tx, id, { now, revocations: services.revocations })
  })
  return true
}
