import { type Database, queryRows } from '@caregraph/database'

export interface DeadLetter {
  readonly consumer: string
  readonly eventId: string
  readonly type: string
  readonly subject: string
  readonly receivedAt: Date
  readonly tries: number
  readonly reason: string
}

/** The events that failed too often, oldest first, at most 1,000. */
export function listDeadLetters(database: Database): Promise<DeadLetter[]> {
  return queryRows<DeadLetter>(
    database,
    `SELECT consumer, event_id AS "eventId", event->>'type' AS type, subject, received_at AS "receivedAt", tries, reason
     FROM inbox WHERE state = 'dead' ORDER BY sequence LIMIT 1000`,
  )
}

/** Gives a dead letter, or all of them, a new row of tries by the running consumer. Answers how many there were. */
export async function redriveDeadLetters(database: Database, eventId?: string): Promise<number> {
  const redriven = await queryRows(
    database,
    `UPDATE inbox SET state = 'waiting', tries = 0, next_try_at = now()
     WHERE state = 'dead' AND ($1::uuid IS NULL OR event_id = $1) RETURNING 1`,
    [eventId ?? null],
  )
  return redriven.length
}
