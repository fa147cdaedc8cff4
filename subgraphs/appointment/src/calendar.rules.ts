import { Temporal } from 'temporal-polyfill'

const DAYS_OF_WEEK = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const

export type DayOfWeek = (typeof DAYS_OF_WEEK)[number]

/** Wall-clock hours, `HH:MM` or `HH:MM:SS`. An end that is not after the start is on the next day. */
export type WorkingHours = { day: DayOfWeek; startsAt: string; endsAt: string }

/** All that decides whether a doctor's time can be booked, as the doctor subgraph answers it. */
export type DoctorCalendar = {
  available: boolean
  /** The IANA zone in which `weeklyHours` are read. */
  timeZone: string
  weeklyHours: WorkingHours[]
  /** RFC 3339 instants. */
  timeOff: { startsAt: string; endsAt: string }[]
}

/** Half-open: `startsAt` is in it, `endsAt` is not. In epoch milliseconds. */
export type Interval = { startsAt: number; endsAt: number }

/** `gridStartsAt` is where the first slot begins: the stretch's start, or a fixed instant where there is none. */
export type WorkingStretch = Interval & { gridStartsAt: number }

export type Availability = 'AVAILABLE' | 'DOCTOR_UNAVAILABLE' | 'OUTSIDE_WORKING_HOURS'

const DAY = 24 * 60 * 60 * 1000
const WEEK = 7 * DAY

// Weeks are counted from it, and so are the slots of a doctor who works round the clock. It is recent because some
// zones have since moved by a quarter of an hour: counted from 1970, Kathmandu's hourly slots would begin at a quarter past.
const A_MONDAY = Date.UTC(2024, 0, 1)

// A wall clock is less than a day away from UTC. A stretch lasts less than a week, and a clock change can join it to
// neighbours that end or begin less than a day away from it.
const FURTHEST_INFLUENCE = DAY + WEEK + DAY

/**
 * The stretches of working hours that share an instant with [from, to), whole even where they reach beyond it.
 *
 * Hours that touch are one stretch, also across midnight. Its start and end become instants by the zone's clock, all
 * between is open: a start that happens twice is the first, an end that happens twice is the last, and a time that a
 * clock change skips is read with the offset before the change, so it moves forward (RFC 5545, 3.3.5).
 * Hours round the clock all week are one stretch without start or end (±Infinity); its grid is counted from the first
 * hours in the week of 2024-01-01, so that it is the same whatever window is asked for.
 *
 * Availability and time off play no part here.
 */
export function workingStretches(
  { timeZone, weeklyHours }: Pick<DoctorCalendar, 'timeZone' | 'weeklyHours'>,
  from: number,
  to: number,
): WorkingStretch[] {
  const weekly = stretchesOfOneWeek(weeklyHours)
  const [first] = weekly
  if (first?.endsAt === Infinity) {
    const gridStartsAt = instantAt(A_MONDAY + first.startsAt, timeZone, 'compatible')
    return [{ startsAt: -Infinity, endsAt: Infinity, gridStartsAt }]
  }

  const earliest = from - FURTHEST_INFLUENCE
  const latest = to + FURTHEST_INFLUENCE
  const stretches: Interval[] = []
  // One week earlier: a stretch that begins on a Sunday may end in the week after.
  for (let monday = mondayOf(earliest) - WEEK; monday < latest; monday += WEEK) {
    for (const { startsAt, endsAt } of weekly) {
      if (monday + endsAt <= earliest || monday + startsAt >= latest) continue
      stretches.push({
        startsAt: instantAt(monday + startsAt, timeZone, 'compatible'),
        endsAt: instantAt(monday + endsAt, timeZone, 'later'),
      })
    }
  }
  return merged(stretches)
    .filter((stretch) => stretch.startsAt < to && stretch.endsAt > from)
    .map((stretch) => ({ ...stretch, gridStartsAt: stretch.startsAt }))
}

/**
 * Whether the doctor's calendar leaves room for a visit [startsAt, endsAt), in epoch milliseconds, on the grid or off.
 * What is already booked plays no part here.
 */
export function availabilityDuring(calendar: DoctorCalendar, startsAt: number, endsAt: number): Availability {
  const isOff = timeOffOf(calendar).some((off) => off.startsAt < endsAt && off.endsAt > startsAt)
  if (!calendar.available || isOff) return 'DOCTOR_UNAVAILABLE'

  // Only the start is looked up, so a visit that claims to last for years costs no more than any other.
  const [stretch] = workingStretches(calendar, startsAt, startsAt + 1)
  return stretch && endsAt <= stretch.endsAt ? 'AVAILABLE' : 'OUTSIDE_WORKING_HOURS'
}

/** Time off in order, without overlaps. */
export function timeOffOf({ timeOff }: Pick<DoctorCalendar, 'timeOff'>): Interval[] {
  return merged(
    timeOff.map(({ startsAt, endsAt }) => ({
      startsAt: Temporal.Instant.from(startsAt).epochMilliseconds,
      endsAt: Temporal.Instant.from(endsAt).epochMilliseconds,
    })),
  )
}

/** The same time in order, as few intervals as possible: those that touch or overlap become one, empty ones vanish. */
export function merged(intervals: readonly Interval[]): Interval[] {
  const result: Interval[] = []
  const inOrder = intervals.filter((it) => it.startsAt < it.endsAt).sort((a, b) => a.startsAt - b.startsAt)
  for (const { startsAt, endsAt } of inOrder) {
    const last = result.at(-1)
    if (last && startsAt <= last.endsAt) last.endsAt = Math.max(last.endsAt, endsAt)
    else result.push({ startsAt, endsAt })
  }
  return result
}

/** The stretches that begin within a week, in wall-clock milliseconds from its Monday 00:00; they may end in the next. */
function stretchesOfOneWeek(weeklyHours: WorkingHours[]): Interval[] {
  const hours = weeklyHours.map(({ day, startsAt, endsAt }) => {
    const midnight = DAYS_OF_WEEK.indexOf(day) * DAY
    const start = sinceMidnight(startsAt)
    const end = sinceMidnight(endsAt)
    return { startsAt: midnight + start, endsAt: midnight + end + (end > start ? 0 : DAY) }
  })
  // Between the week before and the week after, every stretch of this week has its true start and end.
  const stretches = merged([-WEEK, 0, WEEK].flatMap((shift) => hours.map((it) => shifted(it, shift))))
  const beginning = stretches.filter(({ startsAt }) => startsAt >= 0 && startsAt < WEEK)
  const isEndless = hours.length > 0 && beginning.length === 0
  return isEndless ? [{ startsAt: Math.min(...hours.map(({ startsAt }) => startsAt)), endsAt: Infinity }] : beginning
}

function sinceMidnight(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  return ((hours * 60 + minutes) * 60 + seconds) * 1000
}

function shifted({ startsAt, endsAt }: Interval, milliseconds: number): Interval {
  return { startsAt: startsAt + milliseconds, endsAt: endsAt + milliseconds }
}

function mondayOf(wallClock: number): number {
  return A_MONDAY + Math.floor((wallClock - A_MONDAY) / WEEK) * WEEK
}

/** `wallClock` is what epoch milliseconds would be if the clock on the wall showed UTC. */
function instantAt(wallClock: number, timeZone: string, disambiguation: 'compatible' | 'later'): number {
  const date = new Date(wallClock)
  // From fields, because Temporal's own arithmetic and parsing take three times as long.
  return new Temporal.PlainDateTime(
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ).toZonedDateTime(timeZone, { disambiguation }).epochMilliseconds
}
