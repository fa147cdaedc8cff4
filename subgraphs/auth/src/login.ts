import { inTransaction, newId } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { Refusal } from '@caregraph/refusals'
import type { AuthContext } from './auth-services.js'
import { openSession } from './session.tables.js'
import { findUserByEmail, lockUser } from './user.tables.js'
import type { LoginInput, Session } from './user.type.js'

/** An unknown e-mail, a wrong password and a disabled user are one and the same answer, after the same time. */
export async function login(context: AuthContext, { email, password }: LoginInput): Promise<Session> {
  const { clientAddress, database, services, userAgent } = context
  const now = context.now()
  const user = await findUserByEmail(database, email)
  const hash = user?.disabledAt === null ? user.passwordHash : undefined
  const isRight = await services.passwords.isRight(password, hash, { email, clientAddress })

  const session = await inTransaction(context, async (tx) => {
    // Until here he may have been disabled, or have changed his password because somebody else knew it.
    const current = isRight && user !== null ? await lockUser(tx, user.id) : null
    if (current === null || current.disabledAt !== null || current.passwordHash !== hash) {
      // An unknown e-mail is nobody's: these events need no order among each other.
      await appendEvent(tx, 'LoginFailed', user?.id ?? newId(), { userId: user?.id ?? null }, now)
      return null
    }
    const opened = await openSession(tx, current, { seal: services.seal, now, userAgent })
    await appendEvent(tx, 'UserLoggedIn', current.id, { userId: current.id, sessionId: opened.id }, now)
    return opened
  })
  if (session === null) throw new Refusal('INVALID_CREDENTIALS')
  return session
}
