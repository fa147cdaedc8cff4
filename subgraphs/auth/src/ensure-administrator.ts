import { randomInt } from 'node:crypto'
import { type Database, inTransaction } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { Refusal } from '@caregraph/refusals'
import { EmailAddressScalar, WrongSettings } from '@caregraph/subgraph'
import { hashPassword } from './passwords.js'
import { UserRow } from './user.entity.js'
import { newUser } from './user.rules.js'
import { insertUser } from './user.tables.js'

export interface NewAdministrator {
  readonly email: string
  readonly password: string
  /** Whether nobody has seen the password yet, so that it has to be shown, once. It is written down nowhere. */
  readonly isPasswordMade: boolean
}

/** ADMIN_EMAIL or ADMIN_PASSWORD is not what it must be; the message is for the operator. */
export class WrongAdministrator extends WrongSettings {
  override readonly name = 'WrongAdministrator'
}

const defaultEmail = 'admin@clinic.example'
const administratorLock = 7_203_117
/** Without the ones that are mistaken for each other when they are read from a screen. */
const letters = '23456789abcdefghjkmnpqrstuvwxyz'

/**
 * The first user of an empty database, as ADMIN_EMAIL and ADMIN_PASSWORD want him; what they leave open is made here.
 * Nothing where there are users already. However many starters there are, one makes him. Throws WrongAdministrator where
 * the e-mail is none or the password is weak.
 */
export async function ensureAdministrator(
  database: Database,
  wanted: { email?: string | undefined; password?: string | undefined },
  now: Date,
): Promise<NewAdministrator | undefined> {
  if (await database.manager.exists(UserRow)) return undefined
  const email = wanted.email ?? defaultEmail
  if (typeof EmailAddressScalar.parseValue(email) !== 'string') {
    throw new WrongAdministrator('ADMIN_EMAIL is not an e-mail address.')
  }
  const password = wanted.password ?? madePassword()
  const user = { ...administrator(email, password, now), passwordHash: await hashPassword(password) }
  return inTransaction(database, async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [administratorLock])
    if (await tx.manager.exists(UserRow)) return undefined
    await insertUser(tx, user)
    await appendEvent(tx, 'UserRegistered', user.id, { userId: user.id, roles: user.roles }, now)
    return { email, password, isPasswordMade: wanted.password === undefined }
  })
}

function administrator(email: string, password: string, now: Date) {
  try {
    return newUser({ name: 'Administrator', email, password, roles: ['ADMIN'] }, now)
  } catch (error) {
    throw error instanceof Refusal ? new WrongAdministrator(`ADMIN_PASSWORD is weak. ${error.message}`) : error
  }
}

/** Four groups of five letters: 99 bits. */
function madePassword(): string {
  const group = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('')
  return [group(), group(), group(), group()].join('-')
}
