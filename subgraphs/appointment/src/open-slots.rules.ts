import { type DoctorCalendar, type Interval, merged, timeOffOf, workingStretches } from './calendar.rules.js'

export type OpenSlotsQuestion = {
  calendar: DoctorCalendar
  /** What occupies the doctor's time, in any order. */
  taken: readonly Interval[]
  /** The service type's duration, which is also the width of the grid. */
  durationMinutes: number
  /** Slots lie wholly inside [from, to), in epoch milliseconds. */
  from: number
  to: number
  /** A slot that begins now is still offered, one that has begun is not. */
  now: number
}

/**
 * The slots that can be booked, in order: counted from the start of each stretch of working hours, wholly inside it,
 * clear of time off and of what is taken. None for a doctor who takes no appointments.
 *
 * @throws RangeError when the duration is not positive: the grid would never advance.
 */
export function openSlots({ calendar, taken, durationMinutes, from, to, now }: OpenSlotsQuestion): Interval[] {
  if (!(durationMinutes > 0)) throw new RangeError(`A slot cannot last ${durationMinutes} minutes`)
  if (!calendar.available) return []

  const duration = durationMinutes * 60_000
  const earliest = Math.max(from, now)
  const busy = merged([...timeOffOf(calendar), ...taken])
  const slots: Interval[] = []
  let nextBusy = 0

  // Stretches, slots and busy times are all in order and disjoint, so one walk over the three is enough.
  for (const stretch of workingStretches(calendar, earliest, to)) {
    const notBefore = Math.max(stretch.startsAt, earliest)
    const notAfter = Math.min(stretch.endsAt, to)
    const skipped = Math.ceil((notBefore - stretch.gridStartsAt) / duration)
    let startsAt = stretch.gridStartsAt + skipped * duration
    for (let endsAt = startsAt + duration; endsAt <= notAfter; startsAt = endsAt, endsAt += duration) {
      let next = busy[nextBusy]
      while (next && next.endsAt <= startsAt) next = busy[++nextBusy]
      if (!next || next.startsAt >= endsAt) slots.push({ startsAt, endsAt })
    }
  }
  return slots
}
