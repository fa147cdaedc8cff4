import { permit, type Role } from '@caregraph/access'
import { inTransaction } from '@caregraph/database'
import { requiredId } from '@caregraph/subgraph'
import type { AuthContext } from './auth-services.js'
import { UserRow } from './user.entity.js'
import { rolesOf } from './user.rules.js'
import { lockUserAmongAdministrators } from './user.tables.js'

/**
 * Access tokens with the old roles are refused from here on; a refresh gives one with the new ones. The last
 * administrator keeps that role, since nobody could give it back.
 */
export async function setUserRoles(context: AuthContext, givenId: string, given: readonly Role[]): Promise<UserRow> {
  permit(context.actor, 'user:set-roles')
  const { revocations } = context.services
  const now = context.now()
  const id = requiredId(givenId, 'id')
  const roles = rolesOf(given)
  return inTransaction(context, async (tx) => {
    const user = await lockUserAmongAdministrators(tx, id, { field: 'roles', staysOne: roles.includes('ADMIN') })
    if (user.roles.join() === roles.join()) return user
    // Always later than the change before, whatever the clocks of two copies say: the latest is the one that stands.
    const rolesChangedAt = new Date(Math.max(now.getTime(), (user.rolesChangedAt?.getTime() ?? 0) + 1))
    await tx.manager.update(UserRow, { id }, { roles, rolesChangedAt })
    tx.afterCommit(() => revocations.changeRoles(id, roles, rolesChangedAt))
    return { ...user, roles, rolesChangedAt }
  })
}
