import { type Database, inTransaction, prepared, queryRows, type Transaction } from '@caregraph/database'
import type { MigrationInterface, QueryRunner } from 'typeorm'
import type { AnyEvent } from './event.js'

/**
 * What a consumer has received. `done`: its effect is there, and a second delivery is recognised. `waiting`: it failed,
 * or an earlier event of its subject did, and it is tried again. `dead`: it failed too often and waits for a person.
 */
export class Inbox1760000000003 implements MigrationInterface {
  readonly name = 'Inbox1760000000003'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE inbox (
        consumer text NOT NULL,
        event_id uuid NOT NULL,
        subject text NOT NULL,
        state text NOT NULL CHECK (state IN ('done', 'waiting', 'dead')),
        received_at timestamptz NOT NULL,
        sequence bigint GENERATED ALWAYS AS IDENTITY,
        tries integer NOT NULL DEFAULT 0,
        next_try_at timestamptz,
        reason text,
        event jsonb,
        PRIMARY KEY (consumer, event_id)
      )`)
    await runner.query(`CREATE INDEX inbox_open ON inbox (consumer, subject, sequence) WHERE state <> 'done'`)
    await runner.query('CREATE INDEX inbox_received ON inbox (received_at)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE inbox')
  }
}

/** `new`: go on with the effect. `queued`: an earlier event of the subject waits, so this one does too. `seen`: a repeat. */
export type Claim = 'new' | 'queued' | 'seen'

const claim = prepared(`
  WITH queue AS (
    SELECT EXISTS (SELECT FROM inbox WHERE consumer = $1 AND subject = $3 AND state = 'waiting') AS is_waiting)
  INSERT INTO inbox (consumer, event_id, subject, state, received_at, next_try_at, event)
  SELECT $1, $2, $3, CASE WHEN is_waiting THEN 'waiting' ELSE 'done' END, $4::timestamptz,
         CASE WHEN is_waiting THEN $4::timestamptz END, CASE WHEN is_waiting THEN $5::jsonb END
  FROM queue
  ON CONFLICT DO NOTHING
  RETURNING state`)

export async function claimEvent(tx: Transaction, consumer: string, event: AnyEvent, now: Date): Promise<Claim> {
  const [row] = await tx.query<{ state: string }>(claim, [consumer, event.id, event.subject, now, event])
  if (row === undefined) return 'seen'
  return row.state === 'waiting' ? 'queued' : 'new'
}

/** Puts an event aside whose effect failed, so that the events of other subjects go on. */
export async function parkEvent(
  database: Database,
  consumer: string,
  event: AnyEvent,
  reason: string,
  now: Date,
  nextTryAt: Date,
): Promise<void> {
  await queryRows(
    database,
    `INSERT INTO inbox (consumer, event_id, subject, state, received_at, tries, next_try_at, reason, event)
     VALUES ($1, $2, $3, 'waiting', $4, 1, $5, $6, $7)
     ON CONFLICT DO NOTHING`,
    [consumer, event.id, event.subject, now, nextTryAt, reason, event],
  )
}

export interface WaitingEvent {
  readonly event_id: string
  readonly tries: number
  readonly event: AnyEvent
}

/** The first waiting event of each subject whose time has come: those behind it wait for it. */
export function dueEvents(database: Database, consumer: string, now: Date): Promise<WaitingEvent[]> {
  return queryRows<WaitingEvent>(
    database,
    `SELECT * FROM (
       SELECT DISTINCT ON (subject) event_id, tries, event, next_try_at FROM inbox
       WHERE consumer = $1 AND state = 'waiting' ORDER BY subject, sequence) AS first
     WHERE next_try_at <= $2 ORDER BY next_try_at LIMIT 100`,
    [consumer, now],
  )
}

/** Runs the effect of a waiting event and marks it done with it. False where another copy has it in hand. */
export function retryEvent(
  database: Database,
  consumer: string,
  waiting: WaitingEvent,
  effect: (tx: Transaction) => Promise<void>,
): Promise<boolean> {
  return inTransaction(database, async (tx) => {
    const locked = await tx.query(
      `SELECT 1 FROM inbox WHERE consumer = $1 AND event_id = $2 AND state = 'waiting' FOR UPDATE SKIP LOCKED`,
      [consumer, waiting.event_id],
    )
    if (locked.length === 0) return false
    await effect(tx)
    await tx.query(
      `UPDATE inbox SET state = 'done', event = NULL, next_try_at = NULL, reason = NULL
       WHERE consumer = $1 AND event_id = $2`,
      [consumer, waiting.event_id],
    )
    return true
  })
}

/** Notes a failed try; without a next one the event is dead. */
export async function noteFailedTry(
  database: Database,
  consumer: string,
  waiting: WaitingEvent,
  reason: string,
  nextTryAt: Date | undefined,
): Promise<void> {
  await queryRows(
    database,
    `UPDATE inbox SET tries = tries + 1, reason = $3, next_try_at = $4, state = $5
     WHERE consumer = $1 AND event_id = $2 AND state = 'waiting' AND tries = $6`,
    [consumer, waiting.event_id, reason, nextTryAt ?? null, nextTryAt ? 'waiting' : 'dead', waiting.tries],
  )
}

/** Forgets repeats that are too old to arrive again. */
export async function forgetOldEvents(database: Database, consumer: string, before: Date): Promise<void> {
  await queryRows(database, `DELETE FROM inbox WHERE consumer = $1 AND state = 'done' AND received_at < $2`, [
    consumer,
    before,
  ])
}
