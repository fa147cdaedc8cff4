import { inTransaction, refuseByConstraint } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { Refusal } from '@caregraph/refusals'
import type { AuthContext } from './auth-services.js'
import { openSession } from './session.tables.js'
import { newUser } from './user.rules.js'
import { findUserByEmail, insertUser, ownedByOne } from './user.tables.js'
import type { RegisterInput, Session } from './user.type.js'

/**
 * Open to everyone; the new user is a PATIENT. That an e-mail is taken cannot be kept from who registers: each such
 * answer counts as a failed attempt from that address, so that nobody tries a list of them.
 */
export async function register(context: AuthContext, input: RegisterInput): Promise<Session> {
  const { clientAddress, services, userAgent } = context
  const now = context.now()
  const user = newUser({ ...input, roles: ['PATIENT'] }, now)
  const takeBack = await services.attempts.begin({ clientAddress })
  if ((await findUserByEmail(context.database, user.email)) !== null) throw new Refusal('EMAIL_TAKEN')
  await takeBack()
  const passwordHash = await services.passwords.hash(input.password)

  return refuseByConstraint(ownedByOne, () =>
    inTransaction(context, async (tx) => {
      const registered = await insertUser(tx, { ...user, passwordHash })
      const session = await openSession(tx, registered, { seal: services.seal, now, userAgent })
      await appendEvent(tx, 'UserRegistered', user.id, { userId: user.id, roles: user.roles }, now)
      await appendEvent(tx, 'UserLoggedIn', user.id, { userId: user.id, sessionId: session.id }, now)
      return session
    }),
  )
}
