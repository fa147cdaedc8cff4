import { type Database, type Transaction, updateVersioned } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { In } from 'typeorm'
import { AppointmentRow } from './appointment.entity.js'
import type { AppointmentStatus } from './appointment.rules.js'

/** As the index of the tables' own guard says it, word by word: only then is that index used. */
export const occupies = `status IN ('HELD', 'PENDING', 'CONFIRMED', 'CHECKED_IN', 'IN_PROGRESS', 'COMPLETED')`

/** The columns of an appointment under the names of its row. */
export function appointmentColumns(database: Database): string {
  const { columns } = database.getMetadata(AppointmentRow)
  return columns.map(({ databaseName, propertyName }) => `${databaseName} AS "${propertyName}"`).join(', ')
}

/** These rows, which nobody else changes until this transaction ends. In one order, so that two never wait in a ring. */
export function lockAppointments(tx: Transaction, ids: readonly string[]): Promise<AppointmentRow[]> {
  return tx.manager.find(AppointmentRow, {
    where: { id: In([...ids]) },
    order: { id: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  })
}

/** What an action writes beside the status. */
export type Changes = Partial<Pick<AppointmentRow, 'cancellationReason' | 'cancellationNote' | 'expiresAt'>>

/** Gives a locked row its new status, in the table, in its history and in an event. */
export async function moveTo(
  tx: Transaction,
  row: AppointmentRow,
  status: AppointmentStatus,
  now: Date,
  changes: Changes = {},
): Promise<AppointmentRow> {
  const previousStatus = row.status
  const moved = await updateVersioned(tx, AppointmentRow, row, { ...changes, status })
  await tx.query(
    `INSERT INTO appointment_status_changes (appointment_id, version, previous_status, status, changed_at)
     VALUES ($1, $2, $3, $4, $5)`,
    [moved.id, moved.version, previousStatus, status, now],
  )
  await tellStatus(tx, moved, previousStatus, now)
  return moved
}

/** The event of a new status. A visit is booked when it first becomes PENDING or CONFIRMED: out of nothing, or out of a hold. */
export async function tellStatus(
  tx: Transaction,
  appointment: AppointmentRow,
  previousStatus: AppointmentStatus | null,
  now: Date,
): Promise<void> {
  const { id, status } = appointment
  const visit = {
    appointmentId: id,
    patientId: appointment.patientId,
    doctorId: appointment.doctorId,
    serviceType: appointment.serviceTypeCode,
    startsAt: appointment.startsAt.toISOString(),
    endsAt: appointment.endsAt.toISOString(),
    status,
  }
  const at = now.toISOString()
  const isBooked = status === 'PENDING' || status === 'CONFIRMED'
  if (isBooked && (previousStatus === null || previousStatus === 'HELD')) {
    const fee = { minorUnits: appointment.feeMinorUnits, currency: appointment.feeCurrency }
    await appendEvent(tx, 'AppointmentBooked', id, { ...visit, fee, previousStatus, bookedAt: at }, now)
  } else if (previousStatus !== null) {
    await appendEvent(tx, 'AppointmentStatusChanged', id, { ...visit, previousStatus, changedAt: at }, now)
  }
}
