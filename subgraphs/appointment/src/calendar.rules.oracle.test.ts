import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import { type DayOfWeek, type Interval, merged, type WorkingHours, workingStretches } from './calendar.rules.js'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const DAYS: DayOfWeek[] = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY']

// The oracle knows nothing of weeks or of how Temporal resolves a wall clock: it lists what the clock on the wall shows
// in every minute of some days around a clock change, and looks starts and ends up in that list.
describe('working stretches agree with a clock that is read minute by minute', () => {
  it.each([
    ['UTC', '2026-03-29T00:00Z'],
    ['Asia/Kathmandu', '2026-03-29T00:00Z'],
    ['Europe/Berlin', '2026-03-29T01:00Z'],
    ['Europe/Berlin', '2026-10-25T01:00Z'],
    ['America/New_York', '2026-03-08T07:00Z'],
    ['America/New_York', '2026-11-01T06:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
    ['America/Sao_Paulo', '2018-02-18T02:00Z'],
    ['America/Sao_Paulo', '2018-11-04T03:00Z'],
    ['America/Scoresbysund', '2026-03-29T01:00Z'],
    ['Pacific/Apia', '2011-12-30T10:00Z'],
    ['Africa/Casablanca', '2026-02-15T02:00Z'],
    ['Africa/Casablanca', '2026-03-22T02:00Z'],
  ])('in %s around %s', (timeZone, changeAt) => {
    const clock = readClock(timeZone, Date.parse(changeAt) - 12 * DAY, Date.parse(changeAt) + 12 * DAY)
    const from = Date.parse(changeAt) - 2 * DAY
    const to = Date.parse(changeAt) + 2 * DAY

    for (let seed = 1; seed <= 100; seed++) {
      const weeklyHours = randomHours(seed)
      const expected = openByTheClock(weeklyHours, clock).filter((it) => it.startsAt < to && it.endsAt > from)
      const actual = workingStretches({ timeZone, weeklyHours }, from, to)
      expect(
        actual.map(({ startsAt, endsAt }) => ({ startsAt, endsAt })),
        `seed ${seed}: ${JSON.stringify(weeklyHours)}`,
      ).toEqual(expected)
    }
  })

  /** Every minute on the wall (an epoch minute, as if it were UTC), with the first and the last instant it is shown. */
  type Clock = { shown: number; first: number; last: number }[]

  function readClock(timeZone: string, from: number, to: number): Clock {
    const instants = new Map<number, { first: number; last: number }>()
    let before = Number.POSITIVE_INFINITY
    for (let quarter = from; quarter < to; quarter += 15 * MINUTE) {
      const zoned = Temporal.Instant.fromEpochMilliseconds(quarter).toZonedDateTimeISO(timeZone)
      for (let instant = quarter; instant < quarter + 15 * MINUTE; instant += MINUTE) {
        const shown = instant / MINUTE + zoned.offsetNanoseconds / 60e9
        instants.set(shown, { first: instants.get(shown)?.first ?? instant, last: instant })
        for (let skipped = before + 1; skipped < shown; skipped++) {
          const moved = instant + (skipped - before - 1) * MINUTE
          instants.set(skipped, { first: moved, last: moved })
        }
        before = shown
      }
    }
    return [...instants].map(([shown, both]) => ({ shown, ...both })).sort((a, b) => a.shown - b.shown)
  }

  function openByTheClock(weeklyHours: WorkingHours[], clock: Clock): Interval[] {
    const isOpenInWeek = new Set<number>()
    for (const { day, startsAt, endsAt } of weeklyHours) {
      const start = DAYS.indexOf(day) * 1440 + minuteOfDay(startsAt)
      const length = (minuteOfDay(endsAt) - minuteOfDay(startsAt) + 1440) % 1440 || 1440
      for (let minute = start; minute < start + length; minute++) isOpenInWeek.add(minute % (7 * 1440))
    }
    // The epoch began on a Thursday.
    const isOpen = (shown: number) => isOpenInWeek.has((shown + 3 * 1440) % (7 * 1440))

    const open: Interval[] = []
    let startsAt = Number.NEGATIVE_INFINITY
    for (const { shown, first, last } of clock) {
      if (isOpen(shown) && !isOpen(shown - 1)) startsAt = first
      if (!isOpen(shown) && isOpen(shown - 1)) open.push({ startsAt, endsAt: last })
    }
    return merged(open)
  }

  function minuteOfDay(time: string): number {
    return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
  }

  /** Half of them lie in the first hours of a day, where clocks change; many overlap, touch or reach the next day. */
  function randomHours(seed: number): WorkingHours[] {
    let state = seed * 7919
    // Park and Miller's generator: the same seed gives the same hours on every machine.
    const below = (limit: number) => {
      state = (state * 48271) % 2147483647
      return Math.floor((state / 2147483647) * limit)
    }
    const time = (minute: number) =>
      `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
    return Array.from({ length: below(10) }, () => {
      const width = below(2) ? 240 : 1440
      return { day: DAYS[below(7)] ?? 'SUNDAY', startsAt: time(below(width / 15) * 15), endsAt: time(below(width)) }
    })
  }
})
