import { permit } from '@caregraph/access'
import { inTransaction } from '@caregraph/database'
import { requiredId } from '@caregraph/subgraph'
import type { AuthContext } from './auth-services.js'
import { endSessionsOf } from './session.tables.js'
import { UserRow } from './user.entity.js'
import { lockUserAmongAdministrators } from './user.tables.js'

/** Signs the person out everywhere and lets him in no more. His e-mail stays taken. Refuses the last administrator. */
export async function disableUser(context: AuthContext, givenId: string): Promise<UserRow> {
  permit(context.actor, 'user:disable')
  const { revocations } = context.services
  const now = context.now()
  const id = requiredId(givenId, 'id')
  return inTransaction(context, async (tx) => {
    const user = await lockUserAmongAdministrators(tx, id, { field: 'id', staysOne: false })
    if (user.disabledAt !== null) return user
    await tx.manager.update(UserRow, { id }, { disabledAt: now })
    await endSessionsOf(tx, id, { now, revocations })
    return { ...user, disabledAt: now }
  })
}
