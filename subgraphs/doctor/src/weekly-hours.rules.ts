import { badInput, Refusal } from '@caregraph/refusals'

export const daysOfWeek = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const
export type DayOfWeek = (typeof daysOfWeek)[number]

/** On the clock on the wall, `HH:MM` or `HH:MM:SS`. An end that is not after the start is on the next day. */
export interface WorkingHoursFacts {
  day: DayOfWeek
  startsAt: string
  endsAt: string
}

const mostHours = 50
const daySeconds = 86_400
const weekSeconds = 7 * daySeconds

/**
 * The hours of one week as they are kept, which repeat for good. Equal start and end are 24 hours.
 * Refuses more than 50, and with OVERLAPPING_HOURS two that share a second, also across midnight and from Sunday's
 * night into Monday. Hours that touch are fine.
 */
export function weeklyHours(input: readonly WorkingHoursFacts[], field: string): WorkingHoursFacts[] {
  if (input.length > mostHours) throw badInput(field, `There are at most ${mostHours}.`)
  const stretches = input.map(stretchOf).sort((a, b) => a.start - b.start)
  const [first] = stretches
  if (first === undefined) return []
  const followers = [...stretches.slice(1), { ...first, start: first.start + weekSeconds }]
  const overlap = stretches.some(({ end }, index) => end > (followers[index]?.start ?? end))
  if (overlap) throw new Refusal('OVERLAPPING_HOURS')
  return input.map(({ day, startsAt, endsAt }) => ({ day, startsAt, endsAt }))
}

/** In seconds from Monday 00:00; a night shift of Sunday ends beyond the week. */
function stretchOf({ day, startsAt, endsAt }: WorkingHoursFacts): { start: number; end: number } {
  const opens = secondOfDay(startsAt)
  const closes = secondOfDay(endsAt)
  const start = daysOfWeek.indexOf(day) * daySeconds + opens
  return { start, end: start - opens + closes + (closes > opens ? 0 : daySeconds) }
}

function secondOfDay(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  return hours * 3600 + minutes * 60 + seconds
}
