import { describe, expect, it } from 'vitest'
import { availabilityDuring, type DayOfWeek, type DoctorCalendar, workingStretches } from './calendar.rules.js'
import { type OpenSlotsQuestion, openSlots } from './open-slots.rules.js'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const DAYS: DayOfWeek[] = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY']

function aCalendar(calendar: Partial<DoctorCalendar> = {}): DoctorCalendar {
  return {
    available: true,
    timeZone: 'UTC',
    weeklyHours: [{ day: 'MONDAY', startsAt: '09:00', endsAt: '12:00' }],
    timeOff: [],
    ...calendar,
  }
}

/** On Monday 2026-06-01, asked for on the day before. */
function aQuestion(question: Partial<OpenSlotsQuestion> = {}): OpenSlotsQuestion {
  return {
    calendar: aCalendar(),
    taken: [],
    durationMinutes: 60,
    from: at('2026-06-01'),
    to: at('2026-06-02'),
    now: at('2026-05-31'),
    ...question,
  }
}

const at = (instant: string) => Date.parse(instant)

/** The starts of the slots, as `dd HH:MM` in UTC. */
function startsOf(question: OpenSlotsQuestion): string[] {
  return openSlots(question).map(({ startsAt }) => new Date(startsAt).toISOString().slice(8, 16).replace('T', ' '))
}

describe('open slots', () => {
  it('fill the hours and last as long as the service type', () => {
    expect(openSlots(aQuestion())).toEqual([
      { startsAt: at('2026-06-01T09:00Z'), endsAt: at('2026-06-01T10:00Z') },
      { startsAt: at('2026-06-01T10:00Z'), endsAt: at('2026-06-01T11:00Z') },
      { startsAt: at('2026-06-01T11:00Z'), endsAt: at('2026-06-01T12:00Z') },
    ])
  })

  it('leave the rest of the hours that is too short', () => {
    expect(startsOf(aQuestion({ durationMinutes: 50 }))).toEqual(['01 09:00', '01 09:50', '01 10:40'])
  })

  it('are counted through hours that touch, and anew after a break', () => {
    const hours = (startsAt: string, endsAt: string) => ({ day: 'MONDAY' as const, startsAt, endsAt })
    const touching = aCalendar({ weeklyHours: [hours('09:30', '12:00'), hours('12:00', '13:30')] })
    const broken = aCalendar({ weeklyHours: [hours('09:30', '12:00'), hours('12:15', '13:30')] })
    expect(startsOf(aQuestion({ calendar: touching }))).toEqual(['01 09:30', '01 10:30', '01 11:30', '01 12:30'])
    expect(startsOf(aQuestion({ calendar: broken }))).toEqual(['01 09:30', '01 10:30', '01 12:15'])
  })

  it('lie wholly inside the window, on the grid that the hours set and not the window', () => {
    const window = { from: at('2026-06-01T09:10Z'), to: at('2026-06-01T11:59Z') }
    expect(startsOf(aQuestion(window))).toEqual(['01 10:00'])
    expect(startsOf(aQuestion({ from: at('2026-06-01T10:00Z'), to: at('2026-06-01T12:00Z') }))).toEqual([
      '01 10:00',
      '01 11:00',
    ])
    expect(startsOf(aQuestion({ from: window.to, to: window.from }))).toEqual([])
  })

  it('begin now or later', () => {
    expect(startsOf(aQuestion({ now: at('2026-06-01T10:00:00.000Z') }))).toEqual(['01 10:00', '01 11:00'])
    expect(startsOf(aQuestion({ now: at('2026-06-01T10:00:00.001Z') }))).toEqual(['01 11:00'])
  })

  it('keep clear of what is taken, in any order, and may touch it', () => {
    const taken = [
      { startsAt: at('2026-06-01T11:30Z'), endsAt: at('2026-06-01T11:45Z') },
      { startsAt: at('2026-06-01T08:00Z'), endsAt: at('2026-06-01T09:01Z') },
    ]
    expect(startsOf(aQuestion({ taken }))).toEqual(['01 10:00'])
    expect(
      startsOf(aQuestion({ taken: [{ startsAt: at('2026-06-01T10:00Z'), endsAt: at('2026-06-01T11:00Z') }] })),
    ).toEqual(['01 09:00', '01 11:00'])
  })

  it('keep clear of time off', () => {
    const timeOff = [{ startsAt: '2026-06-01T10:30:00Z', endsAt: '2026-06-01T10:45:00Z' }]
    expect(startsOf(aQuestion({ calendar: aCalendar({ timeOff }) }))).toEqual(['01 09:00', '01 11:00'])
  })

  it('are none of a doctor who takes no appointments', () => {
    expect(startsOf(aQuestion({ calendar: aCalendar({ available: false }) }))).toEqual([])
  })

  it('are refused for a duration that is not positive', () => {
    for (const durationMinutes of [0, -15, Number.NaN]) {
      expect(() => openSlots(aQuestion({ durationMinutes }))).toThrow(RangeError)
    }
  })

  it('continue over midnight in a night shift', () => {
    const calendar = aCalendar({ weeklyHours: [{ day: 'MONDAY', startsAt: '22:30', endsAt: '01:30' }] })
    expect(startsOf(aQuestion({ calendar, to: at('2026-06-03') }))).toEqual(['01 22:30', '01 23:30', '02 00:30'])
  })

  it('continue without a seam round the clock, on the same grid in every window', () => {
    const weeklyHours = DAYS.map((day) => ({ day, startsAt: '00:00', endsAt: '00:00' }))
    const question = aQuestion({ calendar: aCalendar({ weeklyHours }), durationMinutes: 50 })
    const month = openSlots({ ...question, to: question.from + 30 * DAY })
    for (const [index, slot] of month.slice(1).entries()) expect(slot.startsAt).toBe(month[index]?.endsAt)
    for (const slot of month) expect((slot.startsAt - at('2024-01-01')) % (50 * MINUTE)).toBe(0)
  })
})

// Europe/Berlin: on 2026-03-29 at 01:00Z 02:00 becomes 03:00; on 2026-10-25 at 01:00Z 03:00 becomes 02:00.
describe('open slots on the day of a clock change', () => {
  const calendar = aCalendar({
    timeZone: 'Europe/Berlin',
    weeklyHours: [{ day: 'SUNDAY', startsAt: '01:00', endsAt: '05:00' }],
  })

  it('pass over the hour that is skipped', () => {
    const question = aQuestion({ calendar, now: 0, from: at('2026-03-28T12:00Z'), to: at('2026-03-29T12:00Z') })
    expect(startsOf(question)).toEqual(['29 00:00', '29 01:00', '29 02:00'])
  })

  it('are offered in both passes of the hour that is repeated', () => {
    const question = aQuestion({ calendar, now: 0, from: at('2026-10-24T12:00Z'), to: at('2026-10-25T12:00Z') })
    expect(startsOf(question)).toEqual(['24 23:00', '25 00:00', '25 01:00', '25 02:00', '25 03:00'])
  })
})

describe('open slots of random calendars', () => {
  const seeds = Array.from({ length: 200 }, (_, index) => index + 1)

  it('are exactly the places on the grid that nothing stands against', () => {
    for (const seed of seeds) {
      const question = randomQuestion(seed)
      const { calendar, taken, durationMinutes, from, to, now } = question
      const expected = workingStretches(calendar, from - DAY, to + DAY).flatMap((stretch) => {
        const slots = []
        for (let startsAt = stretch.startsAt; startsAt < stretch.endsAt; startsAt += durationMinutes * MINUTE) {
          const endsAt = startsAt + durationMinutes * MINUTE
          const isFree = taken.every((visit) => visit.endsAt <= startsAt || visit.startsAt >= endsAt)
          const isAsked = startsAt >= from && endsAt <= to && startsAt >= now
          if (isFree && isAsked && availabilityDuring(calendar, startsAt, endsAt) === 'AVAILABLE') {
            slots.push({ startsAt, endsAt })
          }
        }
        return slots
      })
      expect(openSlots(question), `seed ${seed}`).toEqual(expected)
    }
  })

  it('are the same slots when the window is asked for in two parts, but for the one that is cut', () => {
    for (const seed of seeds) {
      const question = randomQuestion(seed)
      const cutAt = (question.from + question.to) / 2
      const parts = [...openSlots({ ...question, to: cutAt }), ...openSlots({ ...question, from: cutAt })]
      const isWhole = (slot: { startsAt: number; endsAt: number }) => slot.endsAt <= cutAt || slot.startsAt >= cutAt
      expect(parts, `seed ${seed}`).toEqual(openSlots(question).filter(isWhole))
    }
  })

  /** Some days around a clock change in New York. */
  function randomQuestion(seed: number): OpenSlotsQuestion {
    let state = seed * 7919
    // Park and Miller's generator: the same seed gives the same question on every machine.
    const below = (limit: number) => {
      state = (state * 48271) % 2147483647
      return Math.floor((state / 2147483647) * limit)
    }
    const time = () => `${String(below(24)).padStart(2, '0')}:${String(below(60)).padStart(2, '0')}`
    const from = at(below(2) ? '2026-03-06' : '2026-10-30') + below(1440) * MINUTE
    const interval = () => {
      const startsAt = from + below(5 * 1440) * MINUTE
      return { startsAt, endsAt: startsAt + (1 + below(180)) * MINUTE }
    }
    const instant = (milliseconds: number) => new Date(milliseconds).toISOString()
    return {
      calendar: {
        available: true,
        timeZone: 'America/New_York',
        weeklyHours: Array.from({ length: below(8) }, () => ({
          day: DAYS[below(7)] ?? 'SUNDAY',
          startsAt: time(),
          endsAt: time(),
        })),
        timeOff: Array.from({ length: below(4) }, interval).map(({ startsAt, endsAt }) => ({
          startsAt: instant(startsAt),
          endsAt: instant(endsAt),
        })),
      },
      taken: Array.from({ length: below(20) }, interval),
      durationMinutes: 5 + below(90),
      from,
      to: from + 4 * DAY,
      now: from + below(1440) * MINUTE - DAY / 2,
    }
  }
})
