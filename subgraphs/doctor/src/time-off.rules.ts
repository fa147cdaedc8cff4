import { badInput } from '@caregraph/refusals'

const longestDays = 366
const dayMilliseconds = 86_400_000

/** Half-open: `startsAt` is in it, `endsAt` is not. */
export interface TimeRange {
  startsAt: Date
  endsAt: Date
}

/** Refuses an end that is not after the start, and more than 366 days. */
export function timeOffRange({ startsAt, endsAt }: TimeRange): TimeRange {
  if (endsAt <= startsAt) throw badInput('endsAt', 'This is not after startsAt.')
  if (endsAt.getTime() - startsAt.getTime() > longestDays * dayMilliseconds) {
    throw badInput('endsAt', `Time off lasts at most ${longestDays} days.`)
  }
  return { startsAt, endsAt }
}

/** Those that share an instant with [from, to), which is open on a side that is not given. */
export function overlapping<Range extends TimeRange>(
  ranges: readonly Range[],
  from: Date | null | undefined,
  to: Date | null | undefined,
): Range[] {
  if (from && to && to <= from) throw badInput('to', 'This is not after from.')
  return ranges.filter(({ startsAt, endsAt }) => (!to || startsAt < to) && (!from || endsAt > from))
}
