import { type Database, inTransaction, type Migration, prepared, queryRows } from '@caregraph/database'
import type { AnyEvent } from './event.js'
import type { DeadLetter, Inbox } from './inbox.js'

/** `done`: the effect is there, and a second delivery is recognised, however late it comes. */
export const inboxTable: Migration = {
  name: 'Inbox1760000000003',
  postgres: [
    `CREATE TABLE inbox (
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
    )`,
    `CREATE INDEX inbox_open ON inbox (consumer, subject, sequence) WHERE state <> 'done'`,
    'CREATE INDEX inbox_received ON inbox (received_at)',
  ],
  // Nobody who consumes runs on MySQL.
  mysql: [],
}

/** The index by age was there to forget what was done, and nothing is forgotten. */
export const inboxForgetsNothing: Migration = {
  name: 'InboxForgetsNothing1760000000005',
  postgres: ['DROP INDEX inbox_received'],
  mysql: [],
}

/** Effects exactly once: the row of the event and its effect are one transaction. */
export function postgresInbox(database: Database, consumer: string): Inbox {
  return {
    async receive(event, now, effect) {
      await inTransaction({ database, traceparent: event.traceparent }, async (tx) => {
        const [row] = await tx.query<{ state: string }>(claim, [consumer, event.id, event.subject, now, event])
        if (row?.state === 'done') await effect(tx)
      })
    },

    async park(event, reason, now, nextTryAt) {
      await queryRows(database, park, [consumer, event.id, event.subject, now, nextTryAt, reason, event])
    },

    due: (now) => queryRows<{ event: AnyEvent; tries: number; nextTryAt: Date }>(database, due, [consumer, now]),

    async retry({ event }, _now, effect) {
      await inTransaction({ database, traceparent: event.traceparent }, async (tx) => {
        const locked = await tx.query(lockWaiting, [consumer, event.id])
        if (locked.length === 0) return
        await effect(tx)
        await tx.query(markDone, [consumer, event.id])
      })
    },

    async noteFailedTry({ event, tries }, reason, nextTryAt) {
      const state = nextTryAt === undefined ? 'dead' : 'waiting'
      await queryRows(database, noteFailure, [consumer, event.id, tries, reason, nextTryAt ?? null, state])
    },

    async counts() {
      const rows = await queryRows<{ state: string; events: number }>(database, counts, [consumer])
      const countOf = (state: string) => Number(rows.find((row) => row.state === state)?.events ?? 0)
      return { waiting: countOf('waiting'), dead: countOf('dead') }
    },

    deadLetters: () => queryRows<DeadLetter>(database, deadLetters, [consumer]),

    async redrive(now, eventId) {
      const redriven = await queryRows(database, redrive, [consumer, now, eventId ?? null])
      return redriven.length
    },
  }
}

const claim = prepared(`
  WITH queue AS (
    SELECT EXISTS (SELECT FROM inbox WHERE consumer = $1 AND subject = $3 AND state = 'waiting') AS is_waiting)
  INSERT INTO inbox (consumer, event_id, subject, state, received_at, next_try_at, event)
  SELECT $1, $2, $3, CASE WHEN is_waiting THEN 'waiting' ELSE 'done' END, $4::timestamptz,
         CASE WHEN is_waiting THEN $4::timestamptz END, CASE WHEN is_waiting THEN $5::jsonb END
  FROM queue
  ON CONFLICT DO NOTHING
  RETURNING state`)

const park = `
  INSERT INTO inbox (consumer, event_id, subject, state, received_at, tries, next_try_at, reason, event)
  VALUES ($1, $2, $3, 'waiting', $4, 1, $5, $6, $7)
  ON CONFLICT DO NOTHING`

const due = `
  SELECT event, tries, next_try_at AS "nextTryAt" FROM (
    SELECT DISTINCT ON (subject) tries, event, next_try_at FROM inbox
    WHERE consumer = $1 AND state = 'waiting' ORDER BY subject, sequence) AS first
  WHERE next_try_at <= $2 ORDER BY next_try_at LIMIT 100`

const lockWaiting = `
  SELECT 1 FROM inbox WHERE consumer = $1 AND event_id = $2 AND state = 'waiting' FOR UPDATE SKIP LOCKED`

const markDone = `
  UPDATE inbox SET state = 'done', event = NULL, next_try_at = NULL, reason = NULL
  WHERE consumer = $1 AND event_id = $2`

const noteFailure = `
  UPDATE inbox SET tries = tries + 1, reason = $4, next_try_at = $5, state = $6
  WHERE consumer = $1 AND event_id = $2 AND state = 'waiting' AND tries = $3`

const counts = `
  SELECT state, count(*) AS events FROM inbox WHERE consumer = $1 AND state <> 'done' GROUP BY state`

const deadLetters = `
  SELECT consumer, event_id AS "eventId", event->>'type' AS type, subject, received_at AS "receivedAt", tries, reason
  FROM inbox WHERE consumer = $1 AND state = 'dead' ORDER BY sequence LIMIT 1000`

const redrive = `
  UPDATE inbox SET state = 'waiting', tries = 0, next_try_at = $2
  WHERE consumer = $1 AND state = 'dead' AND ($3::uuid IS NULL OR event_id = $3) RETURNING 1`
