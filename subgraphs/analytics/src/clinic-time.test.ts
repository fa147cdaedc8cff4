import { describe, expect, it } from 'vitest'
import { dayOf, hourOfWeekOf } from './clinic-time.js'

const berlin = 'Europe/Berlin'

describe('dayOf', () => {
  it.each([
    ['2027-03-01T22:59:59Z', berlin, '2027-03-01'],
    ['2027-03-01T23:00:00Z', berlin, '2027-03-02'],
    ['2027-07-01T21:59:59.999Z', berlin, '2027-07-01'],
    ['2027-07-01T22:00:00Z', berlin, '2027-07-02'],
    ['2027-01-01T09:59:59Z', 'Pacific/Kiritimati', '2027-01-01'],
    ['2027-01-01T10:00:00Z', 'Pacific/Kiritimati', '2027-01-02'],
    ['2027-01-01T04:59:59Z', 'America/New_York', '2026-12-31'],
    ['2027-03-01T23:30:00+02:00', 'UTC', '2027-03-01'],
  ])('%s in %s is of %s', (instant, zone, day) => {
    expect(dayOf(instant, zone)).toBe(day)
  })

  it('gives the day of a clock change 23 and 25 hours, each instant to one day', () => {
    const hoursOn = (day: string) =>
      Array.from({ length: 80 }, (_, hour) => new Date(Date.parse(day) + (hour - 30) * 3_600_000).toISOString()).filter(
        (instant) => dayOf(instant, berlin) === day,
      ).length
    expect([hoursOn('2027-03-27'), hoursOn('2027-03-28'), hoursOn('2027-10-31')]).toEqual([24, 23, 25])
  })
})

describe('hourOfWeekOf', () => {
  const [monday, tuesday, sunday] = [0, 24, 6 * 24]

  it.each([
    ['the first hour of a Monday', '2027-03-01T00:59:59Z', 'UTC', monday],
    ['the last hour of a Sunday', '2027-03-07T23:00:00Z', 'UTC', sunday + 23],
    ['a Sunday that is a Monday on the clinic’s clock', '2027-02-28T23:10:00Z', berlin, monday],
    ['a Tuesday that is a Monday on the clinic’s clock', '2027-03-02T01:00:00Z', 'America/New_York', monday + 20],
    ['the last hour before the clock goes forward', '2027-03-28T00:59:00Z', berlin, sunday + 1],
    ['the first hour after it went forward', '2027-03-28T01:00:00Z', berlin, sunday + 3],
    ['the hour that comes twice, first time', '2027-10-31T00:30:00Z', berlin, sunday + 2],
    ['the hour that comes twice, second time', '2027-10-31T01:30:00Z', berlin, sunday + 2],
    ['a zone of three quarters of an hour', '2027-03-01T18:15:00Z', 'Asia/Kathmandu', tuesday],
  ])('knows %s', (_, instant, zone, hour) => {
    expect(hourOfWeekOf(instant, zone)).toBe(hour)
  })
})
