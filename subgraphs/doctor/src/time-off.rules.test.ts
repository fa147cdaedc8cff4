import { describe, expect, it } from 'vitest'
import { overlapping, timeOffRange } from './time-off.rules.js'

const range = (startsAt: string, endsAt: string) => ({ startsAt: new Date(startsAt), endsAt: new Date(endsAt) })

describe('time off', () => {
  it.each([
    ['2027-03-01T08:00:00Z', '2027-03-01T08:00:00.001Z'],
    ['2027-03-01T00:00:00Z', '2028-03-01T00:00:00Z'],
  ])('lasts from %s to %s', (startsAt, endsAt) => {
    expect(timeOffRange(range(startsAt, endsAt))).toEqual(range(startsAt, endsAt))
  })

  it.each([
    ['2027-03-01T08:00:00Z', '2027-03-01T08:00:00Z'],
    ['2027-03-01T08:00:00Z', '2027-02-01T08:00:00Z'],
    ['2027-03-01T00:00:00Z', '2028-03-01T00:00:00.001Z'],
  ])('does not last from %s to %s', (startsAt, endsAt) => {
    expect(() => timeOffRange(range(startsAt, endsAt))).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', params: { field: 'endsAt' } }),
    )
  })
})

describe('the time off of a window', () => {
  const noon = new Date('2027-03-01T12:00:00Z')
  const evening = new Date('2027-03-01T18:00:00Z')
  const before = range('2027-03-01T08:00:00Z', '2027-03-01T12:00:00Z')
  const into = range('2027-03-01T08:00:00Z', '2027-03-01T12:00:01Z')
  const around = range('2027-03-01T08:00:00Z', '2027-03-01T20:00:00Z')
  const outOf = range('2027-03-01T17:59:59Z', '2027-03-01T20:00:00Z')
  const after = range('2027-03-01T18:00:00Z', '2027-03-01T20:00:00Z')
  const all = [before, into, around, outOf, after]

  it('is what shares an instant with it; touching is none', () => {
    expect(overlapping(all, noon, evening)).toEqual([into, around, outOf])
  })

  it('is open on a side that is not given', () => {
    expect(overlapping(all, noon, null)).toEqual([into, around, outOf, after])
    expect(overlapping(all, undefined, evening)).toEqual([before, into, around, outOf])
    expect(overlapping(all, null, undefined)).toEqual(all)
  })

  it('is refused where the window does not end after its start', () => {
    expect(() => overlapping(all, noon, noon)).toThrow(expect.objectContaining({ params: { field: 'to' } }))
  })
})
