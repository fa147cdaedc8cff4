import { type Actor, may, type Owner, type Permission } from '@caregraph/access'
import { Refusal } from '@caregraph/refusals'

export const AppointmentStatus = {
  HELD: 'HELD',
  PENDING: 'PENDING',
  CONFIRMED: 'CONFIRMED',
  CHECKED_IN: 'CHECKED_IN',
  IN_PROGRESS: 'IN_PROGRESS',
  COMPLETED: 'COMPLETED',
  CANCELLED: 'CANCELLED',
  NO_SHOW: 'NO_SHOW',
  EXPIRED: 'EXPIRED',
} as const
export type AppointmentStatus = keyof typeof AppointmentStatus

export const AppointmentAction = {
  CONFIRM: 'CONFIRM',
  RESCHEDULE: 'RESCHEDULE',
  CANCEL: 'CANCEL',
  CHECK_IN: 'CHECK_IN',
  START: 'START',
  COMPLETE: 'COMPLETE',
  MARK_NO_SHOW: 'MARK_NO_SHOW',
} as const
export type AppointmentAction = keyof typeof AppointmentAction

/** The actions that move an appointment to another status, and what each of them needs. */
export const permissionOf = {
  CONFIRM: 'appointment:confirm',
  CANCEL: 'appointment:cancel',
  CHECK_IN: 'appointment:check-in',
  START: 'appointment:start',
  COMPLETE: 'appointment:complete',
  MARK_NO_SHOW: 'appointment:mark-no-show',
} as const satisfies Partial<Record<AppointmentAction, Permission>>
export type StatusAction = keyof typeof permissionOf
const statusActions = Object.keys(permissionOf) as StatusAction[]

/** What somebody does with an appointment, or that its time to be confirmed has run out. */
export type Command = StatusAction | 'EXPIRE'

/** A patient's word makes a request of a hold; that of the desk or of the doctor settles it. */
export type Standing = 'staff' | 'patient'

/** What the state machine looks at. */
export interface Visit {
  readonly status: AppointmentStatus
  readonly startsAt: Date
  /** When it lapses, as long as it is HELD or PENDING. */
  readonly expiresAt: Date | null
}

const checkInOpensHours = 24

/** The new status, or why there is none. The contract's state machine, and the only place that knows it. */
export function decide(visit: Visit, command: Command, by: Standing, now: Date): AppointmentStatus | Refusal {
  const outcome = outcomeOf(visit, command, by, now)
  if (outcome === 'HOLD_EXPIRED') return new Refusal('HOLD_EXPIRED')
  if (outcome !== 'ILLEGAL_TRANSITION') return outcome
  return new Refusal('ILLEGAL_TRANSITION', { from: visit.status, allowed: possibleActions(visit, by, now) })
}

/** What the state machine lets somebody do now, whatever his rights. */
export function possibleActions(visit: Visit, by: Standing, now: Date): StatusAction[] {
  return statusActions.filter((action) => Object.hasOwn(AppointmentStatus, outcomeOf(visit, action, by, now)))
}

type Outcome = AppointmentStatus | 'ILLEGAL_TRANSITION' | 'HOLD_EXPIRED'

function outcomeOf(visit: Visit, command: Command, by: Standing, now: Date): Outcome {
  switch (visit.status) {
    case 'HELD':
      if (isLapsed(visit, now)) return lapsed(command, 'HOLD_EXPIRED')
      if (command === 'CONFIRM') return by === 'staff' ? 'CONFIRMED' : 'PENDING'
      return command === 'CANCEL' ? 'CANCELLED' : 'ILLEGAL_TRANSITION'
    case 'PENDING':
      if (isLapsed(visit, now)) return lapsed(command, 'ILLEGAL_TRANSITION')
      if (command === 'CONFIRM') return by === 'staff' ? 'CONFIRMED' : 'ILLEGAL_TRANSITION'
      return command === 'CANCEL' ? 'CANCELLED' : 'ILLEGAL_TRANSITION'
    case 'CONFIRMED':
      if (command === 'CHECK_IN') return now >= checkInOpensAt(visit) ? 'CHECKED_IN' : 'ILLEGAL_TRANSITION'
      if (command === 'MARK_NO_SHOW') return now >= visit.startsAt ? 'NO_SHOW' : 'ILLEGAL_TRANSITION'
      return command === 'CANCEL' ? 'CANCELLED' : 'ILLEGAL_TRANSITION'
    case 'CHECKED_IN':
      if (command === 'START') return 'IN_PROGRESS'
      return command === 'CANCEL' ? 'CANCELLED' : 'ILLEGAL_TRANSITION'
    case 'IN_PROGRESS':
      return command === 'COMPLETE' ? 'COMPLETED' : 'ILLEGAL_TRANSITION'
    case 'COMPLETED':
    case 'CANCELLED':
    case 'NO_SHOW':
    case 'EXPIRED':
      return 'ILLEGAL_TRANSITION'
  }
}

/** What has lapsed can only expire, also in the seconds before that is written down. */
function lapsed(command: Command, confirming: Outcome): Outcome {
  if (command === 'EXPIRE') return 'EXPIRED'
  return command === 'CONFIRM' ? confirming : 'ILLEGAL_TRANSITION'
}

export function isLapsed({ status, expiresAt }: Visit, now: Date): boolean {
  return (status === 'HELD' || status === 'PENDING') && expiresAt !== null && expiresAt <= now
}

const checkInOpensAt = ({ startsAt }: Visit) => new Date(startsAt.getTime() - checkInOpensHours * 3_600_000)

/** A request that nobody confirms lapses after a while, and never later than its start. */
export function pendingUntil(startsAt: Date, now: Date, pendingSeconds: number): Date {
  return new Date(Math.min(startsAt.getTime(), now.getTime() + pendingSeconds * 1000))
}

/** Whose an appointment is: the doctor's and the patient's, each in that role. */
export const ownerOf = ({ doctorId, patientId }: { doctorId: string; patientId: string }): Owner => ({
  DOCTOR: doctorId,
  PATIENT: patientId,
})

/** Only the desk and the doctor complete a visit: whoever may, speaks for the clinic. */
export function standingOf(actor: Actor, visit: { doctorId: string; patientId: string }): Standing {
  return may(actor, 'appointment:complete', ownerOf(visit)) ? 'staff' : 'patient'
}

/** What this caller may do with it now. */
export function allowedActions(
  actor: Actor | undefined,
  visit: Visit & { doctorId: string; patientId: string },
  now: Date,
): StatusAction[] {
  if (actor === undefined) return []
  const mine = ownerOf(visit)
  return possibleActions(visit, standingOf(actor, visit), now).filter((each) => may(actor, permissionOf[each], mine))
}
