import { type Actor, may, permit, reachOf } from '@caregraph/access'
import { inTransaction, newId, refuseByConstraint, repeatOf } from '@caregraph/database'
import { badInput, Refusal } from '@caregraph/refusals'
import { type Context, optionalText, requiredId } from '@caregraph/subgraph'
import { AppointmentRow } from './appointment.entity.js'
import { pendingUntil, type Standing } from './appointment.rules.js'
import type { Services } from './appointment.services.js'
import type { BookAppointmentInput } from './appointment.type.js'
import { askPeople, keepRefusal, refuseUnbookable } from './bookable.js'
import { findServiceTypes } from './service-types.js'
import { oneAtATime, takeTime } from './take-time.js'

const longestNotes = 2000
const longestVisitHours = 24
/** So that every instant of a visit has a year of four digits, as RFC 3339 wants it. */
const startsBefore = Date.UTC(9999, 0, 1)

/**
 * Staff book CONFIRMED; somebody who only is a patient books for himself, PENDING. Where several things stand in the
 * way, the first of these is answered: the input, PATIENT_NOT_FOUND, DOCTOR_NOT_FOUND, STARTS_IN_PAST,
 * DOCTOR_UNAVAILABLE, OUTSIDE_WORKING_HOURS, SLOT_TAKEN, PATIENT_BUSY.
 */
export async function bookAppointment(
  context: Context<Services>,
  input: BookAppointmentInput,
): Promise<AppointmentRow> {
  const actor = permit(context.actor, 'appointment:book')
  const now = context.now()
  const resultId = newId()
  const wish = wishOf(input)
  // A refusal is kept until it is known that this is no repeat: the first result stands, whatever has changed since.
  const proposed = await propose(context, actor, wish, { id: resultId, now }).catch(keepRefusal)

  return refuseByConstraint(oneAtATime, () =>
    inTransaction(context, async (tx) => {
      const { idempotencyKey: key } = input
      const first = await repeatOf(tx, { callerId: actor.id, key, act: 'bookAppointment', input, resultId, now })
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

function wishOf(input: BookAppointmentInput): Wish {
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

/** The appointment as it will be if its time is free. */
async function propose(
  context: Context<Services>,
  actor: Actor,
  { patientId, doctorId, serviceTypeCode, startsAt, notes, ...wish }: Wish,
  { id, now }: { id: string; now: Date },
): Promise<AppointmentRow> {
  if (!may(actor, 'appointment:book', { PATIENT: patientId })) throw new Refusal('PATIENT_NOT_FOUND')
  const by: Standing = reachOf(actor, 'appointment:book').kind === 'all' ? 'staff' : 'patient'
  const [[serviceType], people] = await Promise.all([
    findServiceTypes(context.database, [serviceTypeCode]),
    askPeople(context, actor, { patientId, doctorId }),
  ])
  if (!serviceType?.active) throw badInput('serviceType', 'This is not the code of an active service type.')
  const endsAt = wish.endsAt ?? new Date(startsAt.getTime() + serviceType.durationMinutes * 60_000)
  refuseUnbookable(people, { startsAt, endsAt }, by, now)

  return {
    id,
    patientId,
    doctorId,
    serviceTypeCode,
    startsAt,
    endsAt,
    status: by === 'staff' ? 'CONFIRMED' : 'PENDING',
    expiresAt: by === 'staff' ? null : pendingUntil(startsAt, now, context.services.pendingSeconds),
    feeMinorUnits: serviceType.priceMinorUnits,
    feeCurrency: serviceType.priceCurrency,
    notes,
    cancellationReason: null,
    cancellationNote: null,
    createdAt: now,
    version: 1,
  }
}
