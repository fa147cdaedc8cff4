import { type Database, searchTermsOf, type Transaction, writeSearchTerms } from '@caregraph/database'
import { badInput, Refusal } from '@caregraph/refusals'
import { Raw } from 'typeorm'
import { UserRow } from './user.entity.js'

/** What the tables themselves refuse. */
export const ownedByOne = {
  users_email: () => new Refusal('EMAIL_TAKEN'),
  users_pkey: () => badInput('id', 'Somebody signs in under this id already.'),
}

export function findUserByEmail(database: Database, email: string): Promise<UserRow | null> {
  return database.manager.findOneBy(UserRow, { email: Raw((column) => `lower(${column}) = lower(:email)`, { email }) })
}

/** The user's row, which nobody changes until this transaction ends; others may read it the same way. */
export function lockUser(tx: Transaction, id: string): Promise<UserRow | null> {
  return tx.manager.findOne(UserRow, { where: { id }, lock: { mode: 'pessimistic_read' } })
}

export async function insertUser(tx: Transaction, user: UserRow): Promise<UserRow> {
  await tx.manager.insert(UserRow, user)
  await writeSearchTerms(tx, user.id, searchTermsOf({ words: [user.name], whole: [user.email] }))
  return user
}
