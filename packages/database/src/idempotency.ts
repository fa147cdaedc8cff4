import { createHash } from 'node:crypto'
import { badInput, Refusal } from '@caregraph/refusals'
import type { MigrationInterface, QueryRunner } from 'typeorm'
import type { Database } from './connect.js'
import { queryRows, type Transaction } from './transaction.js'

const rememberedHours = 24
const longestKey = 200

const forgottenBefore = (now: Date) => new Date(now.getTime() - rememberedHours * 3_600_000)

export class IdempotencyKeys1760000000001 implements MigrationInterface {
  readonly name = 'IdempotencyKeys1760000000001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotency_keys (
        caller_id uuid NOT NULL,
        key text NOT NULL,
        input_hash text NOT NULL,
        result_id uuid NOT NULL,
        used_at timestamptz NOT NULL,
        PRIMARY KEY (caller_id, key)
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_keys')
  }
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
  const claimed = await tx.query(
    `INSERT INTO idempotency_keys AS known (caller_id, key, input_hash, result_id, used_at)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (caller_id, key) DO UPDATE
       SET input_hash = excluded.input_hash, result_id = excluded.result_id, used_at = excluded.used_at
       WHERE known.used_at < $6
     RETURNING 1`,
    [callerId, key, hash, resultId, now, forgottenBefore(now)],
  )
  if (claimed.length > 0) return undefined
  const [first] = await tx.query<{ input_hash: string; result_id: string }>(
    'SELECT input_hash, result_id FROM idempotency_keys WHERE caller_id = $1 AND key = $2',
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
