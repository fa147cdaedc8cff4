import { type Actor, may, permit, reachOf } from '@caregraph/access'
import { inTransaction, newId, refuseByConstraint, repeatOf } from '@caregraph/database'
import { badInput, Refusal } from '@caregraph/refusals'
import { type Context, optionalText, requiredId } from '@caregraph/subgraph'
import { AppointmentRow } from './appointment.entity.js'
import { pendingUntil, type Standing } from './appointment.rules.js'
import type { Services } from './appointment.services.js'
import { oneAtATime, takeTime } from './appointment.tables.js'
import type { BookAppointmentInput } from './appointment.type.js'
import { availabilityDuring, type DoctorCalendar } from './calendar.rules.js'
import { loadServiceTypes } from './service-types.js'

const longestNotes = 2000
const longestVisitHours = 24
/** So that every instant of a visit has a year of four digits, as RFC 3339 wants it. */
const startsBefore = Date.UTC(9999, 0, 1)

/**
 * Staff book CONFIRMED, somebody who only is a patient books for himself, PENDING. Where several things stand in the
 * way, the first of these is answered: the input, PATIENT_NOT_FOUND, DOCTOR_NOT_FOUND, STARTS_IN_PAST,
 * DOCTOR_UNAVAILABLE, OUTSIDE_WORKING_HOURS, SLOT_TAKEN, PATIENT_BUSY.
 */
export async function bookAppointment(
  context: Context<Services>,
  input: BookAppointmentInput,
): Promise<AppointmentRow> {
  const actor = permit(context.actor, 'appointment:book')
  const now = context.now()
  const { idempotencyKey } = input
  const resultId = newId()
  const wanted = wish(input)
  // Kept until it is known that this is no repeat: the first result stands, whatever has changed since.
  const proposed = await propose(context, actor, wanted, { id: resultId, now }).catch(keepRefusal)

  return refuseByConstraint(oneAtATime, () =>
    inTransaction(context.database, async (tx) => {
      const attempt = { callerId: actor.id, key: idempotencyKey, act: 'bookAppointment', input, resultId, now }
      const first = await repeatOf(tx, attempt)
      if (first !== undefined) return tx.manager.findOneByOrFail(AppointmentRow, { id: first })
      if (proposed instanceof Refusal) throw proposed

      await takeTime(tx, proposed, now)
      return proposed
    }),
  )
}

/** What the input says by itself. */
interface Wish {
  readonly patientId: string
  readonly doctorId: string
  readonly serviceTypeCode: string
  readonly startsAt: Date
  readonly endsAt: Date | undefined
  readonly notes: string | null
}

function wish(input: BookAppointmentInput): Wish {
  const { startsAt } = input
  const endsAt = input.endsAt ?? undefined
  if (startsAt.getTime() >= startsBefore) throw badInput('startsAt', 'A visit begins before the year 9999.')
  if (endsAt !== undefined && endsAt <= startsAt) throw badInput('endsAt', 'A visit ends after its start.')
  if (endsAt !== undefined && endsAt.getTime() - startsAt.getTime() > longestVisitHours * 3_600_000) {
    throw badInput('endsAt', `A visit lasts at most ${longestVisitHours} hours.`)
  }
  return {
    patientId: requiredId(input.patientId, 'patientId'),
    doctorId: requiredId(input.doctorId, 'doctorId'),
    serviceTypeCode: input.serviceType,
    startsAt,
    endsAt,
    notes: optionalText(input.notes ?? null, 'notes', longestNotes),
  }
}

/** The appointment as it will be if its time is free. Asks the owners of patient and doctor, under the caller's rights. */
async function propose(
  context: Context<Services>,
  actor: Actor,
  { patientId, doctorId, serviceTypeCode, ...wanted }: Wish,
  { id, now }: { id: string; now: Date },
): Promise<AppointmentRow> {
  if (!may(actor, 'appointment:book', { PATIENT: patientId })) throw new Refusal('PATIENT_NOT_FOUND')
  const by: Standing = reachOf(actor, 'appointment:book').kind === 'all' ? 'staff' : 'patient'
  const [serviceType, patient, doctor] = await Promise.all([
    context.load(loadServiceTypes, serviceTypeCode),
    askFor<{ archivedAt: string | null }>(context, actor, 'Patient', patientId, '{ archivedAt }'),
    askFor<{ calendar: DoctorCalendar }>(context, actor, 'Doctor', doctorId, calendarFields),
  ])
  if (!serviceType?.active) throw badInput('serviceType', 'This is not the code of an active service type.')
  if (patient === null || patient.archivedAt !== null) throw new Refusal('PATIENT_NOT_FOUND')
  if (doctor === null) throw new Refusal('DOCTOR_NOT_FOUND')

  const startsAt = wanted.startsAt
  const endsAt = wanted.endsAt ?? new Date(startsAt.getTime() + serviceType.durationMinutes * 60_000)
  // Staff may write down the visit that is under way.
  const isPast = by === 'staff' ? endsAt <= now : startsAt <= now
  if (isPast) throw new Refusal('STARTS_IN_PAST')
  const availability = availabilityDuring(doctor.calendar, startsAt.getTime(), endsAt.getTime())
  if (availability !== 'AVAILABLE') throw new Refusal(availability)

  return {
    id,
    patientId,
    doctorId,
    serviceTypeCode,
    startsAt,
    endsAt,
    status: by === 'staff' ? 'CONFIRMED' : 'PENDING',
    expiresAt: by === 'staff' ? null : pendingUntil(startsAt, now, context.services.pendingSeconds),
    feeMinorUnits: serviceType.price.minorUnits,
    feeCurrency: serviceType.price.currency,
    notes: wanted.notes,
    cancellationReason: null,
    cancellationNote: null,
    createdAt: now,
    version: 1,
  }
}

const calendarFields =
  '{ calendar { available timeZone weeklyHours { day startsAt endsAt } timeOff { startsAt endsAt } } }'

function askFor<Fields extends object>(
  { peers, requestId }: Context<Services>,
  { token }: Actor,
  type: 'Patient' | 'Doctor',
  id: string,
  fields: string,
): Promise<Fields | null> {
  return peers.entity<Fields>({ subgraph: type.toLowerCase(), type, id, fields }, { token, requestId })
}

function keepRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  throw error
}
