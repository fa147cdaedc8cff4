import { inTransaction, type TracedDatabase, type Transaction } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import type { Job, Room } from '@caregraph/subgraph'
import type { AppointmentRow } from './appointment.entity.js'
import { type Command, decide } from './appointment.rules.js'
import type { Services } from './appointment.services.js'
import { appointmentColumns, moveTo } from './appointment.tables.js'

type Needs = Pick<Room<Services>, 'database' | 'now'> & TracedDatabase

/** Lets requests and holds lapse whose time to be confirmed has run out. */
export function expireAppointments(room: Needs): Promise<void> {
  return moveDue(room, 'EXPIRE', `status IN ('HELD', 'PENDING') AND expires_at <= $1`, room.now())
}

/** Marks confirmed visits that nobody came to, some time after their end. */
export function markMissedAppointments(
  room: Needs & { services: Pick<Services, 'noShowGraceSeconds'> },
): Promise<void> {
  const endedBy = new Date(room.now().getTime() - room.services.noShowGraceSeconds * 1000)
  // What has ended has also started: the start is what the index knows.
  return moveDue(room, 'MARK_NO_SHOW', `status = 'CONFIRMED' AND starts_at < $1 AND ends_at <= $1`, endedBy)
}

export const jobs: readonly Job<Services>[] = [
  { name: 'expire-appointments', everySeconds: 2, run: expireAppointments },
  { name: 'mark-missed-appointments', everySeconds: 5, run: markMissedAppointments },
]

const batchSize = 100

/** Any number of copies may do this at once: each takes rows that no other has, one batch in one transaction. */
async function moveDue(room: Needs, command: Command, isDue: string, by: Date): Promise<void> {
  const { database, now } = room
  const columns = appointmentColumns(database)
  const moveBatch = async (tx: Transaction): Promise<number> => {
    const rows = await tx.query<AppointmentRow>(
      `SELECT ${columns} FROM appointments WHERE ${isDue} LIMIT ${batchSize} FOR UPDATE SKIP LOCKED`,
      [by],
    )
    let moved = 0
    for (const row of rows) {
      const next = decide(row, command, 'staff', now())
      if (next instanceof Refusal) continue
      await moveTo(tx, row, next, now())
      moved++
    }
    return moved
  }
  while ((await inTransaction(room, moveBatch)) === batchSize);
}
