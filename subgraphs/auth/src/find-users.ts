import { may, permit, type Role, reachOf } from '@caregraph/access'
import { Conditions, findRows, prefixesOf } from '@caregraph/database'
import {
  type Batch,
  type Connection,
  type Context,
  connectionOf,
  groupedBy,
  type PageArgs,
  pageOf,
} from '@caregraph/subgraph'
import { In, IsNull, MoreThan } from 'typeorm'
import { SessionRow, UserRow } from './user.entity.js'

/** The users of these ids whom the actor may see. */
export const loadUsers: Batch<string, UserRow> = async (ids, { actor, database }) => {
  const visible = ids.filter((id) => may(actor, 'user:read', id))
  const rows = visible.length === 0 ? [] : await database.manager.findBy(UserRow, { id: In(visible) })
  return new Map(rows.map((row) => [row.id, row]))
}

/** Where these people are signed in now, in the order of their signing in. */
export const loadSessions: Batch<string, SessionRow[]> = async (userIds, { database, now }) => {
  const rows = await database.manager.find(SessionRow, {
    where: { userId: In([...userIds]), endedAt: IsNull(), expiresAt: MoreThan(now()) },
    order: { id: 'ASC' },
  })
  return groupedBy(rows, ({ userId }) => userId)
}

/** By name, or by what was found where something is searched for. Whoever is no administrator finds himself alone. */
export async function findUsers(
  { actor: caller, database }: Context,
  { search, role }: { search: string | null | undefined; role: Role | null | undefined },
  args: PageArgs,
): Promise<Connection<UserRow>> {
  const actor = permit(caller, 'user:read')
  const prefixes = prefixesOf(search)
  const list = ['users', ...prefixes].join(' ')
  const page = pageOf(args, list, ['text', 'id'])

  const conditions = new Conditions()
  if (reachOf(actor, 'user:read').kind === 'own') conditions.add(`record.id = ${conditions.value(actor.id)}`)
  if (role) conditions.add(`record.roles @> ARRAY[${conditions.value(role)}]`)
  const { after, limit } = page
  const found = await findRows(database, { entity: UserRow, sortedBy: 'sort_name', prefixes, conditions, after, limit })
  return connectionOf({
    ...found,
    page,
    list,
    keysOfRow: ({ key, row }) => [key, row.id],
    nodeOf: ({ row }) => row,
  })
}
