import { randomBytes } from 'node:crypto'
import { type Database, newId, queryRows } from '@caregraph/database'
import type { Room } from '@caregraph/subgraph'

const newKeyAfterDays = 30
const forgetKeyAfterDays = 31
const dayMilliseconds = 86_400_000

/** The newest first: that one signs, and each of them is believed. */
export async function linkKeys(database: Database): Promise<Buffer[]> {
  const rows = await queryRows<{ secret: Buffer }>(
    database,
    'SELECT secret FROM link_keys ORDER BY made_at DESC, id DESC',
  )
  return rows.map(({ secret }) => secret)
}

/** An old key is believed for a day more. Two copies at the same time make two keys, which does no harm. */
export async function renewLinkKeys({ database, now }: Room<unknown>): Promise<void> {
  const at = now()
  const daysAgo = (days: number) => new Date(at.getTime() - days * dayMilliseconds)
  await queryRows(
    database,
    `INSERT INTO link_keys (id, secret, made_at)
     SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT FROM link_keys WHERE made_at > $4)`,
    [newId(), randomBytes(32), at, daysAgo(newKeyAfterDays)],
  )
  await queryRows(database, 'DELETE FROM link_keys WHERE made_at < $1', [daysAgo(forgetKeyAfterDays)])
}
