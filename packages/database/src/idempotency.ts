import { createHash } from 'node:crypto'
import { badInput, Refusal } from '@caregraph/refusals'
import type { Database } from './connect.js'
import { type EngineName, engineOf } from './engine.js'
import { newId } from './ids.js'
import type { Migration } from './migration.js'
import { queryRows, type Transaction } from './transaction.js'

const rememberedHours = 24
const longestKey = 200

const forgottenBefore = (now: Date) => new Date(now.getTime() - rememberedHours * 3_600_000)

export const idempotencyKeys: Migration = {
  name: 'IdempotencyKeys1760000000001',
  postgres: [
    `CREATE TABLE idempotency_keys (
      caller_id uuid NOT NULL,
      key text NOT NULL,
      input_hash text NOT NULL,
      result_id uuid NOT NULL,
      used_at timestamptz NOT NULL,
      PRIMARY KEY (caller_id, key)
    )`,
  ],
  mysql: [
    // The key as bytes, since a collation takes no notice of blanks at the end. Without the index, who removes old keys
    // would wait for those of acts that are still open.
    `CREATE TABLE idempotency_keys (
      caller_id char(36) NOT NULL,
      "key" varbinary(${longestKey * 4}) NOT NULL,
      input_hash char(43) NOT NULL,
      result_id char(36) NOT NULL,
      used_at datetime(3) NOT NULL,
      attempt_id char(36) NOT NULL,
      PRIMARY KEY (caller_id, "key"),
      KEY idempotency_keys_used (used_at)
    ) CHARACTER SET ascii COLLATE ascii_bin`,
  ],
}

/** Writes the key down, unless it is remembered; tells whether it did. The values are those of the columns, and `$6` the time before which a key is forgotten. */
const claim: Readonly<Record<EngineName, (tx: Transaction, values: readonly unknown[]) => Promise<boolean>>> = {
  async postgres(tx, values) {
    const written = await tx.query(
      `INSERT INTO idempotency_keys AS known (caller_id, key, input_hash, result_id, used_at)
       VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (caller_id, key) DO UPDATE
         SET input_hash = excluded.input_hash, result_id = excluded.result_id, used_at = excluded.used_at
         WHERE known.used_at < $6
       RETURNING 1`,
      values,
    )
    return written.length > 0
  },

  /** MySQL does not tell what it did with a row: so each attempt has an id, and looks afterwards for its own. */
  async mysql(tx, [callerId, key, ...others]) {
    const attemptId = newId()
    // The assignments are made one after the other, and the last one decides no other.
    await tx.query(
      `INSERT INTO idempotency_keys (caller_id, "key", input_hash, result_id, used_at, attempt_id)
       VALUES ($1, $2, $3, $4, $5, $7)
       ON DUPLICATE KEY UPDATE
         input_hash = IF(used_at < $6, VALUES(input_hash), input_hash),
         result_id = IF(used_at < $6, VALUES(result_id), result_id),
         attempt_id = IF(used_at < $6, VALUES(attempt_id), attempt_id),
         used_at = IF(used_at < $6, VALUES(used_at), used_at)`,
      [callerId, key, ...others, attemptId],
    )
    const statement = 'SELECT 1 FROM idempotency_keys WHERE caller_id = $1 AND "key" = $2 AND attempt_id = $3'
    return (await tx.query(statement, [callerId, key, attemptId])).length > 0
  },
}

/**
 * Claims an idempotency key inside the act's own transaction, so that an attempt that is refused is not remembered.
 * Answers the id of the first result when this is a repeat, and nothing when the act is to go on with `resultId`.
 * A second attempt with the same key waits here until the first has ended.
 */
export async function repeatOf(
  tx: Transaction,
  attempt: {
    callerId: string
    key: string | null | undefined
    act: string
    input: object
    resultId: string
    now: Date
  },
): Promise<string | undefined> {
  const { callerId, key, resultId, now } = attempt
  if (key === null || key === undefined) return undefined
  if (key.length === 0 || key.length > longestKey) {
    throw badInput('idempotencyKey', `This has 1 to ${longestKey} characters.`)
  }
  const hash = hashOf(attempt.act, attempt.input)
  const isClaimed = claim[engineOf(tx.manager.connection).name]
  if (await isClaimed(tx, [callerId, key, hash, resultId, now, forgottenBefore(now)])) return undefined
  const [first] = await tx.query<{ input_hash: string; result_id: string }>(
    'SELECT input_hash, result_id FROM idempotency_keys WHERE caller_id = $1 AND "key" = $2',
    [callerId, key],
  )
  if (first?.input_hash !== hash) throw new Refusal('IDEMPOTENCY_KEY_REUSED')
  return first.result_id
}

/** Removes the keys that are remembered no longer. */
export async function forgetOldKeys(database: Database, now: Date): Promise<void> {
  await queryRows(database, 'DELETE FROM idempotency_keys WHERE used_at < $1', [forgottenBefore(now)])
}

/** The same input gives the same hash whatever the order in which its fields were written. */
function hashOf(act: string, input: object): string {
  const canonical = JSON.stringify([act, input], (_, value: unknown) =>
    isPlain(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  )
  return createHash('sha256').update(canonical).digest('base64url')
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
