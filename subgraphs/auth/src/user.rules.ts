import { type Role, roles } from '@caregraph/access'
import { newId, sortNameOf } from '@caregraph/database'
import { badInput } from '@caregraph/refusals'
import { requiredText } from '@caregraph/subgraph'
import { refuseWeakPassword } from './password.rules.js'
import type { UserRow } from './user.entity.js'

const longestName = 200

/** Somebody who can sign in, but for the hash of his password. Refuses an empty name and a weak password. */
export function newUser(
  {
    id = newId(),
    name,
    email,
    password,
    roles,
  }: { id?: string | undefined; name: string; email: string; password: string; roles: readonly Role[] },
  now: Date,
): Omit<UserRow, 'passwordHash'> {
  const user = {
    id,
    name: requiredText(name, 'name', longestName),
    email,
    roles: rolesOf(roles),
    rolesChangedAt: null,
    registeredAt: now,
    disabledAt: null,
  }
  refuseWeakPassword(password, user)
  return { ...user, sortName: sortNameOf(user.name) }
}

/** In the order of the catalogue. Refuses none at all, and one that is given twice. */
export function rolesOf(given: readonly Role[]): Role[] {
  if (given.length === 0) throw badInput('roles', 'Give at least one role.')
  if (new Set(given).size < given.length) throw badInput('roles', 'A role is given twice.')
  return roles.filter((role) => given.includes(role))
}
