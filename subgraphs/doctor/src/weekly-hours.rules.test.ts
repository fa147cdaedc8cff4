import { describe, expect, it } from 'vitest'
import { type DayOfWeek, daysOfWeek, type WorkingHoursFacts, weeklyHours } from './weekly-hours.rules.js'

const hours = (...lines: string[]): WorkingHoursFacts[] =>
  lines.map((line) => {
    const [day, startsAt = '', endsAt = ''] = line.split(/[ -]/)
    return { day: day as DayOfWeek, startsAt, endsAt }
  })

describe('weekly hours', () => {
  it.each([
    ['no hours at all', []],
    ['a pause between', ['MONDAY 08:00-12:00', 'MONDAY 13:00-17:00']],
    ['hours that touch', ['MONDAY 12:00-17:00', 'MONDAY 08:00-12:00']],
    ['hours that touch at midnight', ['MONDAY 20:00-00:00', 'TUESDAY 00:00-04:00']],
    ['a night shift and the morning after it', ['MONDAY 22:00-06:00', 'TUESDAY 06:00-12:00']],
    ['a night shift over the end of the week', ['SUNDAY 22:00-06:00', 'MONDAY 06:00-12:00']],
    ['24 hours', ['FRIDAY 08:00-08:00']],
    ['round the clock all week', daysOfWeek.map((day) => `${day} 08:00-08:00`)],
    ['seconds', ['MONDAY 08:00-12:00:30', 'MONDAY 12:00:30-13:00']],
  ])('take %s, as it was given', (_, lines) => {
    expect(weeklyHours(hours(...lines), 'hours')).toEqual(hours(...lines))
  })

  it.each([
    ['the same hours twice', ['MONDAY 08:00-12:00', 'MONDAY 08:00-12:00']],
    ['hours inside others', ['MONDAY 08:00-17:00', 'MONDAY 09:00-10:00']],
    ['hours inside the first of several', ['MONDAY 08:00-17:00', 'MONDAY 17:00-18:00', 'MONDAY 16:00-16:30']],
    ['a second too many', ['MONDAY 08:00-12:00:01', 'MONDAY 12:00-13:00']],
    ['a night shift into the next morning', ['MONDAY 22:00-06:00', 'TUESDAY 05:59-12:00']],
    ["Sunday's night into Monday", ['SUNDAY 22:00-06:00', 'MONDAY 05:59-12:00']],
    ['24 hours into the next day', ['SUNDAY 08:00-08:00', 'MONDAY 07:00-07:30']],
  ])('refuse %s', (_, lines) => {
    expect(() => weeklyHours(hours(...lines), 'hours')).toThrow(expect.objectContaining({ code: 'OVERLAPPING_HOURS' }))
  })

  it('are at most 50', () => {
    const minutes = Array.from({ length: 51 }, (_, minute) => String(minute).padStart(2, '0'))
    const many = hours(...minutes.map((minute) => `MONDAY 08:${minute}:00-08:${minute}:30`))
    expect(weeklyHours(many.slice(0, 50), 'hours')).toHaveLength(50)
    expect(() => weeklyHours(many, 'hours')).toThrow(expect.objectContaining({ params: { field: 'hours' } }))
  })

  it('overlap exactly where some minute of the week is worked twice', () => {
    const outcomes = { taken: 0, refused: 0 }
    for (let seed = 1; seed <= 1_000; seed++) {
      const week = randomHours(seed)
      const isOverlap = someMinuteIsTwice(week)
      const refuse = () => weeklyHours(week, 'hours')
      if (isOverlap) expect(refuse, `seed ${seed}: ${JSON.stringify(week)}`).toThrow('overlap')
      else expect(refuse, `seed ${seed}: ${JSON.stringify(week)}`).not.toThrow()
      outcomes[isOverlap ? 'refused' : 'taken'] += 1
    }
    expect(Math.min(outcomes.taken, outcomes.refused)).toBeGreaterThan(100)
  })
})

/** Walks the clock minute by minute, and knows nothing of starts and ends in a row. */
function someMinuteIsTwice(week: readonly WorkingHoursFacts[]): boolean {
  const worked = new Set<number>()
  for (const { day, startsAt, endsAt } of week) {
    let minute = daysOfWeek.indexOf(day) * 1440 + minuteOf(startsAt)
    do {
      if (worked.has(minute)) return true
      worked.add(minute)
      minute = (minute + 1) % 10_080
    } while (minute % 1440 !== minuteOf(endsAt))
  }
  return false
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}

function randomHours(seed: number): WorkingHoursFacts[] {
  const below = randomNumbers(seed)
  const time = () => `${String(below(24)).padStart(2, '0')}:${below(2) === 0 ? '00' : '30'}`
  return Array.from({ length: 1 + below(5) }, () => {
    const day = daysOfWeek[below(7)] ?? 'MONDAY'
    return { day, startsAt: time(), endsAt: time() }
  })
}

/** Mulberry32: the same numbers for the same seed. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
}
