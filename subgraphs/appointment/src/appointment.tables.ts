import { type Database, type Transaction, updateVersioned } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { Refusal } from '@caregraph/refusals'
import { In } from 'typeorm'
import { AppointmentRow } from './appointment.entity.js'
import { type AppointmentStatus, decide, isLapsed, type Visit } from './appointment.rules.js'

/** What the tables themselves refuse, should the locks ever not have been enough. */
export const oneAtATime = {
  appointments_one_at_a_time_for_doctor: () => new Refusal('SLOT_TAKEN'),
  appointments_one_at_a_time_for_patient: () => new Refusal('PATIENT_BUSY'),
}

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

/**
 * Writes a new appointment into its time. Refuses with SLOT_TAKEN where the doctor has another one then, and with
 * PATIENT_BUSY where only the patient has. One that has lapsed gives way.
 */
export async function takeTime(tx: Transaction, appointment: AppointmentRow, now: Date): Promise<void> {
  await lockPeople(tx, appointment)
  for (;;) {
    const clashing = await insertUnlessTaken(tx, appointment)
    if (clashing.length === 0) break
    const standing = clashing.filter((other) => !isLapsed(other, now))
    if (standing.some(({ doctorId }) => doctorId === appointment.doctorId)) throw new Refusal('SLOT_TAKEN')
    if (standing.length > 0) throw new Refusal('PATIENT_BUSY')
    for (const lapsed of await lockAppointments(
      tx,
      clashing.map(({ id }) => id),
    )) {
      // Its status may have changed before it was locked: then the next look decides.
      const next = decide(lapsed, 'EXPIRE', 'staff', now)
      if (!(next instanceof Refusal)) await moveTo(tx, lapsed, next, now)
    }
  }
  await tellStatus(tx, appointment, null, now)
}

const doctorLocks = 1
const patientLocks = 2

/**
 * One booking at a time for a doctor and for a patient, always the doctor first. Without it the constraint alone lets
 * bookings of one slot wait for each other in a ring: hundreds of deadlocks, each found after a second.
 * A statement of its own, since what comes next must see what was committed while this one waited.
 */
async function lockPeople(tx: Transaction, { doctorId, patientId }: AppointmentRow): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(${doctorLocks}, $1), pg_advisory_xact_lock(${patientLocks}, $2)`, [
    lockOf(doctorId),
    lockOf(patientId),
  ])
}

/** The end of an id is its random part. Two people who share it wait for each other now and then, no more. */
const lockOf = (id: string): number => Number.parseInt(id.slice(-8), 16) | 0

type Clashing = Visit & { id: string; doctorId: string }

/** Answers what stands in the way; nothing when the appointment and the beginning of its history are written. */
function insertUnlessTaken(tx: Transaction, appointment: AppointmentRow): Promise<Clashing[]> {
  const overlapping = (whose: string) => `
    SELECT id, doctor_id AS "doctorId", status, starts_at AS "startsAt", expires_at AS "expiresAt" FROM appointments
    WHERE ${whose} AND tstzrange(starts_at, ends_at) && tstzrange($5::timestamptz, $6::timestamptz) AND ${occupies}`
  return tx.query<Clashing>(
    `WITH clashing AS (${overlapping('doctor_id = $3::uuid')} UNION ${overlapping('patient_id = $2::uuid')}),
     booked AS (
       INSERT INTO appointments (id, patient_id, doctor_id, service_type, starts_at, ends_at, status, expires_at,
         fee_minor_units, fee_currency, notes, created_at, version)
       SELECT $1::uuid, $2::uuid, $3::uuid, $4, $5::timestamptz, $6::timestamptz, $7::text, $8::timestamptz,
         $9::bigint, $10, $11, $12::timestamptz, $13::integer
       WHERE NOT EXISTS (SELECT FROM clashing)),
     noted AS (
       INSERT INTO appointment_status_changes (appointment_id, version, status, changed_at)
       SELECT $1::uuid, $13::integer, $7::text, $12::timestamptz WHERE NOT EXISTS (SELECT FROM clashing))
     SELECT * FROM clashing`,
    [
      appointment.id,
      appointment.patientId,
      appointment.doctorId,
      appointment.serviceTypeCode,
      appointment.startsAt,
      appointment.endsAt,
      appointment.status,
      appointment.expiresAt,
      appointment.feeMinorUnits,
      appointment.feeCurrency,
      appointment.notes,
      appointment.createdAt,
      appointment.version,
    ],
  )
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

/** A visit is booked when it first becomes PENDING or CONFIRMED: out of nothing, or out of a hold. */
async function tellStatus(
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
