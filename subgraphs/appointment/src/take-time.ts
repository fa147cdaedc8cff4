import { prepared, type Transaction } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import type { AppointmentRow } from './appointment.entity.js'
import { decide, isLapsed, type Visit } from './appointment.rules.js'
import { lockAppointments, moveTo, occupies, tellStatus } from './appointment.tables.js'

/** What the tables themselves refuse, should the locks ever not have been enough. */
export const oneAtATime = {
  appointments_one_at_a_time_for_doctor: () => new Refusal('SLOT_TAKEN'),
  appointments_one_at_a_time_for_patient: () => new Refusal('PATIENT_BUSY'),
}

/**
 * Writes a new appointment into its time. Refuses with SLOT_TAKEN where the doctor has another one then, and with
 * PATIENT_BUSY where only the patient has. One that has lapsed gives way.
 */
export async function takeTime(tx: Transaction, appointment: AppointmentRow, now: Date): Promise<void> {
  lockPeople(tx, appointment)
  for (;;) {
    const clashing = await insertUnlessTaken(tx, appointment)
    if (clashing.length === 0) break
    const standing = clashing.filter((other) => !isLapsed(other, now))
    if (standing.some(({ doctorId }) => doctorId === appointment.doctorId)) throw new Refusal('SLOT_TAKEN')
    if (standing.length > 0) throw new Refusal('PATIENT_BUSY')
    const ids = clashing.map(({ id }) => id)
    for (const lapsed of await lockAppointments(tx, ids)) {
      // Its status may have changed before it was locked: then the next look decides.
      const next = decide(lapsed, 'EXPIRE', 'staff', now)
      if (!(next instanceof Refusal)) await moveTo(tx, lapsed, next, now)
    }
  }
  await tellStatus(tx, appointment, null, now)
}

const doctorLocks = 1
const patientLocks = 2
const lockBoth = prepared(
  `SELECT pg_advisory_xact_lock(${doctorLocks}, $1), pg_advisory_xact_lock(${patientLocks}, $2)`,
)

/**
 * One booking at a time for a doctor and for a patient, always the doctor first. Without it the constraint alone lets
 * bookings of one slot wait for each other in a ring: hundreds of deadlocks, each found after a second.
 * A statement of its own, since what comes next must see what was committed while this one waited.
 */
function lockPeople(tx: Transaction, { doctorId, patientId }: AppointmentRow): void {
  tx.send(lockBoth, [lockOf(doctorId), lockOf(patientId)])
}

/** The end of an id is its random part. Two people who share it wait for each other now and then, no more. */
const lockOf = (id: string): number => Number.parseInt(id.slice(-8), 16) | 0

type Clashing = Visit & { id: string; doctorId: string }

const insertWhereFree = prepared(`
  WITH clashing AS (
    SELECT id, doctor_id AS "doctorId", status, starts_at AS "startsAt", expires_at AS "expiresAt" FROM appointments
    WHERE (doctor_id = $3::uuid OR patient_id = $2::uuid)
      AND tstzrange(starts_at, ends_at) && tstzrange($5::timestamptz, $6::timestamptz) AND ${occupies}),
  booked AS (
    INSERT INTO appointments (id, patient_id, doctor_id, service_type, starts_at, ends_at, status, expires_at,
      fee_minor_units, fee_currency, notes, created_at, version)
    SELECT $1::uuid, $2::uuid, $3::uuid, $4, $5::timestamptz, $6::timestamptz, $7::text, $8::timestamptz,
      $9::bigint, $10, $11, $12::timestamptz, $13::integer
    WHERE NOT EXISTS (SELECT FROM clashing)),
  noted AS (
    INSERT INTO appointment_status_changes (appointment_id, version, status, changed_at)
    SELECT $1::uuid, $13::integer, $7::text, $12::timestamptz WHERE NOT EXISTS (SELECT FROM clashing))
  SELECT * FROM clashing`)

/** Answers what stands in the way; nothing when the appointment and the beginning of its history are written. */
function insertUnlessTaken(tx: Transaction, appointment: AppointmentRow): Promise<Clashing[]> {
  return tx.query<Clashing>(insertWhereFree, [
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
  ])
}
