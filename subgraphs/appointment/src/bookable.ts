import type { Actor } from '@caregraph/access'
import { Refusal } from '@caregraph/refusals'
import type { Context } from '@caregraph/subgraph'
import type { Standing } from './appointment.rules.js'
import { availabilityDuring, type DoctorCalendar } from './calendar.rules.js'

/** What the other departments say of the two who are to meet. Null where there is no such person for the caller. */
export interface People {
  readonly patient: { readonly archivedAt: string | null } | null
  readonly doctor: { readonly calendar: DoctorCalendar } | null
}

const calendarFields =
  '{ calendar { available timeZone weeklyHours { day startsAt endsAt } timeOff { startsAt endsAt } } }'

/** Asks the owners of both at once, under the caller's rights. Refuses with SERVICE_UNAVAILABLE. */
export async function askPeople(
  {
    peers,
    requestId,
    traceparent,
    signal,
    deadlineAt,
  }: Pick<Context, 'peers' | 'requestId' | 'traceparent' | 'signal' | 'deadlineAt'>,
  { token }: Actor,
  { patientId, doctorId }: { patientId: string; doctorId: string },
): Promise<People> {
  const caller = { token, requestId, traceparent, signal, deadlineAt }
  const [patients, doctors] = await Promise.all([
    peers.entities<{ archivedAt: string | null }>(
      { subgraph: 'patient', type: 'Patient', ids: [patientId], fields: '{ archivedAt }' },
      caller,
    ),
    peers.entities<{ calendar: DoctorCalendar }>(
      { subgraph: 'doctor', type: 'Doctor', ids: [doctorId], fields: calendarFields },
      caller,
    ),
  ])
  return { patient: patients.get(patientId) ?? null, doctor: doctors.get(doctorId) ?? null }
}

/** Refuses a visit for which patient, doctor, clock or hours leave no room, in this order. */
export function refuseUnbookable(
  { patient, doctor }: People,
  { startsAt, endsAt }: { startsAt: Date; endsAt: Date },
  by: Standing,
  now: Date,
): void {
  if (patient === null || patient.archivedAt !== null) throw new Refusal('PATIENT_NOT_FOUND')
  if (doctor === null) throw new Refusal('DOCTOR_NOT_FOUND')
  // Staff may write down the visit that is under way.
  const isPast = by === 'staff' ? endsAt <= now : startsAt <= now
  if (isPast) throw new Refusal('STARTS_IN_PAST')
  const availability = availabilityDuring(doctor.calendar, startsAt.getTime(), endsAt.getTime())
  if (availability !== 'AVAILABLE') throw new Refusal(availability)
}

/** A refusal that is not to be answered yet, since another may go before it. */
export function keepRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  throw error
}
