import { describe, expect, it } from 'vitest'
import {
  availabilityDuring,
  type DayOfWeek,
  type DoctorCalendar,
  merged,
  type WorkingHours,
  workingStretches,
} from './calendar.rules.js'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const DAYS: DayOfWeek[] = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY']

/** `hours('SUNDAY 22:00-06:00', …)` */
function hours(...lines: string[]): WorkingHours[] {
  return lines.map((line) => {
    const [day, startsAt = '', endsAt = ''] = line.split(/[ -]/)
    return { day: DAYS.find((it) => it === day) ?? 'MONDAY', startsAt, endsAt }
  })
}

function aCalendar(calendar: Partial<DoctorCalendar> = {}): DoctorCalendar {
  return { available: true, timeZone: 'Europe/Berlin', weeklyHours: [], timeOff: [], ...calendar }
}

/** The stretches of a window of days in UTC, as `start/end`. */
function stretchesOf(calendar: DoctorCalendar, from: string, to: string): string[] {
  const iso = (milliseconds: number) => new Date(milliseconds).toISOString().replace(':00.000Z', 'Z')
  return workingStretches(calendar, Date.parse(from), Date.parse(to)).map(
    ({ startsAt, endsAt }) => `${iso(startsAt)}/${iso(endsAt)}`,
  )
}

describe('working stretches', () => {
  it('are read on the wall clock of the doctor, with and without seconds', () => {
    const calendar = aCalendar({ timeZone: 'Asia/Kathmandu', weeklyHours: hours('MONDAY 09:00-12:30:00') })
    expect(stretchesOf(calendar, '2026-06-01', '2026-06-08')).toEqual(['2026-06-01T03:15Z/2026-06-01T06:45Z'])
  })

  it('come in order, whatever the order of the hours, and stay apart where there is a break', () => {
    const calendar = aCalendar({
      timeZone: 'UTC',
      weeklyHours: hours('TUESDAY 13:00-17:00', 'MONDAY 09:00-12:00', 'TUESDAY 09:00-12:00'),
    })
    expect(stretchesOf(calendar, '2026-06-01', '2026-06-08')).toEqual([
      '2026-06-01T09:00Z/2026-06-01T12:00Z',
      '2026-06-02T09:00Z/2026-06-02T12:00Z',
      '2026-06-02T13:00Z/2026-06-02T17:00Z',
    ])
  })

  it('are whole where the window cuts them, and absent where the window only touches them', () => {
    const calendar = aCalendar({ timeZone: 'UTC', weeklyHours: hours('MONDAY 09:00-12:00') })
    const whole = ['2026-06-01T09:00Z/2026-06-01T12:00Z']
    expect(stretchesOf(calendar, '2026-06-01T11:59Z', '2026-06-01T12:30Z')).toEqual(whole)
    expect(stretchesOf(calendar, '2026-06-01T08:00Z', '2026-06-01T09:01Z')).toEqual(whole)
    expect(stretchesOf(calendar, '2026-06-01T12:00Z', '2026-06-01T13:00Z')).toEqual([])
    expect(stretchesOf(calendar, '2026-06-01T08:00Z', '2026-06-01T09:00Z')).toEqual([])
  })

  it('of a night shift end on the next day, also from Sunday to Monday', () => {
    const calendar = aCalendar({ timeZone: 'UTC', weeklyHours: hours('SUNDAY 22:00-06:00') })
    expect(stretchesOf(calendar, '2026-06-08', '2026-06-09')).toEqual(['2026-06-07T22:00Z/2026-06-08T06:00Z'])
  })

  it('last 24 hours where the end equals the start', () => {
    const calendar = aCalendar({ timeZone: 'UTC', weeklyHours: hours('WEDNESDAY 08:00-08:00') })
    expect(stretchesOf(calendar, '2026-06-01', '2026-06-08')).toEqual(['2026-06-03T08:00Z/2026-06-04T08:00Z'])
  })

  it('are one where hours touch, at noon, at midnight and from week to week', () => {
    const calendar = aCalendar({
      timeZone: 'UTC',
      weeklyHours: hours('SUNDAY 12:00-20:00', 'SUNDAY 20:00-00:00', 'MONDAY 00:00-06:00', 'MONDAY 06:00-07:00'),
    })
    expect(stretchesOf(calendar, '2026-06-08T06:30Z', '2026-06-09')).toEqual(['2026-06-07T12:00Z/2026-06-08T07:00Z'])
  })

  it('can last for days', () => {
    const calendar = aCalendar({ weeklyHours: hours(...DAYS.slice(0, 6).map((day) => `${day} 00:00-00:00`)) })
    expect(stretchesOf(calendar, '2026-06-06T10:00Z', '2026-06-06T11:00Z')).toEqual([
      '2026-05-31T22:00Z/2026-06-06T22:00Z',
    ])
  })

  it('are one without start or end round the clock, with the same grid in every window', () => {
    const calendar = aCalendar({ weeklyHours: hours(...DAYS.map((day) => `${day} 08:00-08:00`)) })
    const gridStartsAt = Date.parse('2024-01-01T08:00+01:00')
    for (const from of ['1999-12-31', '2026-03-29', '2040-07-01']) {
      const stretches = workingStretches(calendar, Date.parse(from), Date.parse(from) + DAY)
      expect(stretches).toEqual([{ startsAt: -Infinity, endsAt: Infinity, gridStartsAt }])
    }
  })

  it('are none without hours', () => {
    expect(stretchesOf(aCalendar(), '2026-06-01', '2026-07-01')).toEqual([])
  })
})

// Europe/Berlin: on 2026-03-29 at 01:00Z 02:00 becomes 03:00; on 2026-10-25 at 01:00Z 03:00 becomes 02:00.
describe('on the day of a clock change', () => {
  const spring = (...lines: string[]) =>
    stretchesOf(aCalendar({ weeklyHours: hours(...lines) }), '2026-03-28T12:00Z', '2026-03-29T12:00Z')
  const autumn = (...lines: string[]) =>
    stretchesOf(aCalendar({ weeklyHours: hours(...lines) }), '2026-10-24T12:00Z', '2026-10-25T12:00Z')

  it('a start that is skipped moves forward', () => {
    expect(spring('SUNDAY 02:00-05:00')).toEqual(['2026-03-29T01:00Z/2026-03-29T03:00Z'])
    expect(spring('SUNDAY 02:30-05:00')).toEqual(['2026-03-29T01:30Z/2026-03-29T03:00Z'])
  })

  it('an end that is skipped moves forward', () => {
    expect(spring('SUNDAY 00:00-02:30')).toEqual(['2026-03-28T23:00Z/2026-03-29T01:30Z'])
    expect(spring('SUNDAY 00:00-03:00')).toEqual(['2026-03-28T23:00Z/2026-03-29T01:00Z'])
  })

  it('hours whose start moves past their end are closed', () => {
    expect(spring('SUNDAY 02:30-03:15')).toEqual([])
  })

  it('a start that happens twice is the first', () => {
    expect(autumn('SUNDAY 02:30-05:00')).toEqual(['2026-10-25T00:30Z/2026-10-25T04:00Z'])
  })

  it('an end that happens twice is the last', () => {
    expect(autumn('SUNDAY 00:00-02:30')).toEqual(['2026-10-24T22:00Z/2026-10-25T01:30Z'])
    expect(autumn('SUNDAY 00:00-02:00')).toEqual(['2026-10-24T22:00Z/2026-10-25T01:00Z'])
  })

  it('all between is open: a night shift lasts an hour less in spring and an hour more in autumn', () => {
    expect(spring('SATURDAY 22:00-06:00')).toEqual(['2026-03-28T21:00Z/2026-03-29T04:00Z'])
    expect(autumn('SATURDAY 22:00-06:00')).toEqual(['2026-10-24T20:00Z/2026-10-25T05:00Z'])
  })

  it('each instant is open once, where repeated hours overlap', () => {
    expect(autumn('SUNDAY 01:00-02:15', 'SUNDAY 02:30-05:00')).toEqual(['2026-10-24T23:00Z/2026-10-25T04:00Z'])
  })

  it('hours that touch are one stretch, also within the hour that is skipped or repeated', () => {
    expect(spring('SUNDAY 01:00-02:30', 'SUNDAY 02:30-05:00')).toEqual(['2026-03-29T00:00Z/2026-03-29T03:00Z'])
    expect(autumn('SUNDAY 01:00-02:30', 'SUNDAY 02:30-05:00')).toEqual(['2026-10-24T23:00Z/2026-10-25T04:00Z'])
  })

  it('a change of half an hour counts as half an hour', () => {
    const calendar = aCalendar({ timeZone: 'Australia/Lord_Howe', weeklyHours: hours('SUNDAY 01:45-03:00') })
    expect(stretchesOf(calendar, '2026-04-04T12:00Z', '2026-04-05')).toEqual(['2026-04-04T14:45Z/2026-04-04T16:30Z'])
  })

  it('a stretch that a clock change joined to the one before begins there, even in a window at its very end', () => {
    const wholeDays = DAYS.slice(0, 6).map((day) => `${day} 00:00-00:00`)
    const weeklyHours = hours(...wholeDays, 'SUNDAY 00:00-02:00', 'SUNDAY 03:00-00:00')
    const calendar = aCalendar({ timeZone: 'America/New_York', weeklyHours })
    expect(stretchesOf(calendar, '2026-03-15T05:00Z', '2026-03-15T06:00Z')).toEqual([
      '2026-03-01T08:00Z/2026-03-15T06:00Z',
    ])
  })
})

describe('availability during a visit', () => {
  const calendar = aCalendar({
    timeZone: 'UTC',
    weeklyHours: hours('MONDAY 09:00-12:00', 'MONDAY 12:00-14:00', 'TUESDAY 09:00-12:00', 'TUESDAY 13:00-17:00'),
    timeOff: [{ startsAt: '2026-06-01T10:00:00Z', endsAt: '2026-06-01T11:00:00Z' }],
  })
  const during = (startsAt: string, endsAt: string, changed: Partial<DoctorCalendar> = {}) =>
    availabilityDuring({ ...calendar, ...changed }, Date.parse(startsAt), Date.parse(endsAt))

  it('is given off the grid, to the very edges of the hours, and across hours that touch', () => {
    expect(during('2026-06-02T10:07Z', '2026-06-02T10:19Z')).toBe('AVAILABLE')
    expect(during('2026-06-02T09:00Z', '2026-06-02T12:00Z')).toBe('AVAILABLE')
    expect(during('2026-06-01T11:45Z', '2026-06-01T12:15Z')).toBe('AVAILABLE')
  })

  it('is not given before, after or across the end of the hours, nor across a break', () => {
    for (const [startsAt, endsAt] of [
      ['2026-06-02T08:59Z', '2026-06-02T09:30Z'],
      ['2026-06-02T16:45Z', '2026-06-02T17:01Z'],
      ['2026-06-02T17:00Z', '2026-06-02T17:30Z'],
      ['2026-06-02T11:45Z', '2026-06-02T13:15Z'],
      ['2026-06-03T10:00Z', '2026-06-03T11:00Z'],
      ['2026-06-02T10:00Z', '9999-06-02T11:00Z'],
    ] as const) {
      expect(during(startsAt, endsAt)).toBe('OUTSIDE_WORKING_HOURS')
    }
  })

  it('is not given on time off, but up to it and from it on', () => {
    expect(during('2026-06-01T09:30Z', '2026-06-01T10:01Z')).toBe('DOCTOR_UNAVAILABLE')
    expect(during('2026-06-01T10:59Z', '2026-06-01T11:30Z')).toBe('DOCTOR_UNAVAILABLE')
    expect(during('2026-06-01T09:30Z', '2026-06-01T10:00Z')).toBe('AVAILABLE')
    expect(during('2026-06-01T11:00Z', '2026-06-01T11:30Z')).toBe('AVAILABLE')
  })

  it('names the doctor before the hours when both stand against it', () => {
    expect(during('2026-06-01T08:00Z', '2026-06-01T10:30Z')).toBe('DOCTOR_UNAVAILABLE')
    expect(during('2026-06-02T03:00Z', '2026-06-02T04:00Z', { available: false })).toBe('DOCTOR_UNAVAILABLE')
  })

  it('is never given by a doctor who takes no appointments', () => {
    expect(during('2026-06-02T10:00Z', '2026-06-02T11:00Z', { available: false })).toBe('DOCTOR_UNAVAILABLE')
  })

  it('is given at any time round the clock', () => {
    const weeklyHours = hours(...DAYS.map((day) => `${day} 00:00-00:00`))
    expect(during('2026-06-07T23:30Z', '2026-06-08T00:30Z', { weeklyHours })).toBe('AVAILABLE')
  })
})

it('merged intervals hold the same time, in order, without empty ones', () => {
  const intervals = [
    { startsAt: 7, endsAt: 9 },
    { startsAt: 0, endsAt: 5 },
    { startsAt: 6, endsAt: 6 },
    { startsAt: 1, endsAt: 2 },
    { startsAt: 5, endsAt: 6 },
  ]
  expect(merged(intervals)).toEqual([
    { startsAt: 0, endsAt: 6 },
    { startsAt: 7, endsAt: 9 },
  ])
})
