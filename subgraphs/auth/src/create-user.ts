import { permit } from '@caregraph/access'
import { inTransaction, refuseByConstraint } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { badInput, Refusal } from '@caregraph/refusals'
import { requiredId } from '@caregraph/subgraph'
import type { AuthContext } from './auth-services.js'
import type { UserRow } from './user.entity.js'
import { newUser } from './user.rules.js'
import { findUserByEmail, insertUser, ownedByOne } from './user.tables.js'
import type { CreateUserInput } from './user.type.js'

/** With the id of a record on file the user is that doctor or patient. Refuses an id under which somebody signs in. */
export async function createUser(context: AuthContext, input: CreateUserInput): Promise<UserRow> {
  permit(context.actor, 'user:create')
  const now = context.now()
  const { password, ...person } = input
  if (!password) throw badInput('password', 'Give a password: invitations without one are not sent yet.')
  const id = typeof input.id === 'string' ? requiredId(input.id, 'id') : undefined
  const user = newUser({ ...person, password, id }, now)
  if ((await findUserByEmail(context.database, user.email)) !== null) throw new Refusal('EMAIL_TAKEN')
  const passwordHash = await context.services.passwords.hash(password)

  return refuseByConstraint(ownedByOne, () =>
    inTransaction(context, async (tx) => {
      const created = await insertUser(tx, { ...user, passwordHash })
      await appendEvent(tx, 'UserRegistered', user.id, { userId: user.id, roles: user.roles }, now)
      return created
    }),
  )
}
