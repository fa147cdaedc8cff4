import { type Database, searchTermsOf, type Transaction, writeSearchTerms } from '@caregraph/database'
import { badInput, Refusal } from '@caregraph/refusals'
import { ArrayContains, IsNull, Raw } from 'typeorm'
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

/**
 * The user's row, to be changed. Refuses with NOT_FOUND, and with the field where the clinic would be left without an
 * administrator: all of them are locked, in the order of their ids, so that two cannot take the role from each other.
 */
export async function lockUserAmongAdministrators(
  tx: Transaction,
  id: string,
  { field, staysOne }: { field: string; staysOne: boolean },
): Promise<UserRow> {
  const rows = await tx.manager.find(UserRow, {
    where: [{ id }, { roles: ArrayContains(['ADMIN']), disabledAt: IsNull() }],
    order: { id: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  })
  const user = rows.find((row) => row.id === id)
  if (user === undefined) throw new Refusal('NOT_FOUND')
  const administrators = rows.filter(({ roles, disabledAt }) => roles.includes('ADMIN') && disabledAt === null)
  if (!staysOne && administrators.length === 1 && administrators[0] === user) {
    throw badInput(field, 'This is the last administrator: make somebody else one first.')
  }
  return user
}

export async function insertUser(tx: Transaction, user: UserRow): Promise<UserRow> {
  await tx.manager.insert(UserRow, user)
  await writeSearchTerms(tx, user.id, searchTermsOf({ words: [user.name], whole: [user.email] }))
  return user
}
