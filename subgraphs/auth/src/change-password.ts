import { permit } from '@caregraph/access'
import { inTransaction } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import type { AuthContext } from './auth-services.js'
import { refuseWeakPassword } from './password.rules.js'
import { endSessionsOf } from './session.tables.js'
import { UserRow } from './user.entity.js'

/**
 * Signs the person out everywhere else, since somebody who knew the old password may be there. A wrong current one
 * counts as a failed sign-in, so that a stolen token is no way to guess it.
 */
export async function changePassword(
  context: AuthContext,
  currentPassword: string,
  newPassword: string,
): Promise<true> {
  const { clientAddress, database, services } = context
  const actor = permit(context.actor, 'password:change')
  const now = context.now()
  const user = await database.manager.findOneBy(UserRow, { id: actor.id })
  if (user === null) throw new Refusal('NOT_FOUND')
  refuseWeakPassword(newPassword, user)
  const attempted = { email: user.email, clientAddress }
  if (!(await services.passwords.isRight(currentPassword, user.passwordHash, attempted))) throw wrongPassword()
  const passwordHash = await services.passwords.hash(newPassword)

  await inTransaction(context, async (tx) => {
    const asChecked = { id: user.id, passwordHash: user.passwordHash }
    const { affected } = await tx.manager.update(UserRow, asChecked, { passwordHash })
    if (affected !== 1) throw wrongPassword()
    await endSessionsOf(tx, user.id, { now, revocations: services.revocations, exceptId: actor.sessionId })
  })
  return true
}

const wrongPassword = () => new Refusal('INVALID_CREDENTIALS', undefined, 'The current password is not right.')
