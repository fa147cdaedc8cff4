import { EventEmitter } from 'node:events'
import { type Database, type Migration, prepared, queryRows, type Transaction } from '@caregraph/database'
import type { EventData, EventType } from './catalogue.js'
import { eventOf } from './event.js'

export const outboxTable: Migration = {
  name: 'Outbox1760000000002',
  postgres: [
    `CREATE TABLE outbox (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      event jsonb NOT NULL
    )`,
  ],
  mysql: [
    `CREATE TABLE outbox (
      id bigint AUTO_INCREMENT PRIMARY KEY,
      event json NOT NULL
    ) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  ],
}

/** Rings in this process when a transaction with events has been committed: it only shortens the relay's wait. */
export const letterBox = new EventEmitter<{ letter: [databaseName: string] }>()
letterBox.setMaxListeners(0)

export const nameOf = (database: Database): string => database.driver.database ?? ''

const append = prepared('INSERT INTO outbox (event) VALUES ($1)')

/**
 * Writes an event with the act's own transaction: both are there, or neither. The relay takes it from here.
 * Call it while the transaction holds the lock of the subject: that is what the order of a subject's events rests on.
 */
export async function appendEvent<Type extends EventType>(
  tx: Transaction,
  type: Type,
  subject: string,
  data: EventData<Type>,
  now: Date,
): Promise<void> {
  tx.send(append, [eventOf(type, subject, data, now, tx.traceparent)])
  const databaseName = nameOf(tx.manager.connection)
  tx.afterCommit(() => letterBox.emit('letter', databaseName))
}

/** What waits in the outbox to be carried to the bus, and when the first of it was written. */
export interface Backlog {
  readonly letters: number
  readonly oldest: Date | undefined
}

export async function outboxBacklog(database: Database): Promise<Backlog> {
  const [row] = await queryRows<{ letters: number; oldest: string | null }>(database, backlog)
  return { letters: Number(row?.letters ?? 0), oldest: row?.oldest ? new Date(row.oldest) : undefined }
}

const backlogWith = (time: string) =>
  `SELECT count(*) AS letters, (SELECT ${time} FROM outbox ORDER BY id LIMIT 1) AS oldest FROM outbox`

const backlog = {
  postgres: backlogWith(`event->>'time'`),
  mysql: backlogWith(`JSON_UNQUOTE(JSON_EXTRACT(event, '$.time'))`),
}
