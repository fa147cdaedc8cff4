import { describe, expect, it } from 'vitest'
import { daysOf, hoursOfWeek, statisticsOf } from './statistics.rules.js'
import type { Sum } from './statistics-store.js'

const sum = (figure: Sum['figure'], amount: number, currency: string | null = null): Sum => ({
  figure,
  amount,
  currency,
})

describe('a range of days', () => {
  it('has both its ends', () => {
    expect(daysOf({ from: '2027-02-27', to: '2027-03-01' })).toEqual(['2027-02-27', '2027-02-28', '2027-03-01'])
    expect(daysOf({ from: '2027-03-01', to: '2027-03-01' })).toEqual(['2027-03-01'])
  })

  it('has each day once, also where clocks change', () => {
    expect(new Set(daysOf({ from: '2028-01-01', to: '2028-12-31' })).size).toBe(366)
  })

  it.each([
    ['which ends before it begins', '2027-03-02', '2027-03-01'],
    ['of 367 days', '2027-01-01', '2028-01-02'],
    ['of all days there are', '0001-01-01', '9999-12-31'],
  ])('is refused at its end: one %s', (_, from, to) => {
    expect(() => daysOf({ from, to })).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', params: { field: 'to' } }),
    )
  })
})

describe('statistics', () => {
  it('are zeros and empty lists where nothing was counted', () => {
    expect(statisticsOf([])).toEqual({
      patientsRegistered: 0,
      appointmentsBooked: 0,
      appointmentsCompleted: 0,
      appointmentsCancelled: 0,
      noShows: 0,
      noShowRate: null,
      invoiced: [],
      collected: [],
    })
  })

  it('have a no-show rate of those who were expected, without the cancelled', () => {
    const cancelled = sum('appointmentsCancelled', 9)
    expect(statisticsOf([sum('appointmentsCompleted', 3), sum('noShows', 1), cancelled]).noShowRate).toBe(0.25)
    expect(statisticsOf([sum('noShows', 2), cancelled]).noShowRate).toBe(1)
    expect(statisticsOf([sum('appointmentsCompleted', 2)]).noShowRate).toBe(0)
    expect(statisticsOf([cancelled]).noShowRate).toBeNull()
  })

  it('never add up two currencies', () => {
    const { invoiced, collected } = statisticsOf([
      sum('invoiced', 500, 'USD'),
      sum('invoiced', 700, 'JPY'),
      sum('invoiced', -200, 'USD'),
      sum('collected', -50, 'USD'),
    ])
    expect(invoiced.map(({ decimal, currency }) => `${decimal} ${currency}`)).toEqual(['700 JPY', '3.00 USD'])
    expect(collected.map(({ decimal, currency }) => `${decimal} ${currency}`)).toEqual(['-0.50 USD'])
  })
})

describe('the hours of a week', () => {
  it('are 168, from Monday’s first to Sunday’s last, whether somebody came or not', () => {
    const hours = hoursOfWeek(new Map([[33, [sum('bookedForHour', 4)]]]))
    expect(hours).toHaveLength(168)
    expect(hours[0]).toEqual({ weekday: 1, hour: 0, count: 0 })
    expect(hours[33]).toEqual({ weekday: 2, hour: 9, count: 4 })
    expect(hours[167]).toEqual({ weekday: 7, hour: 23, count: 0 })
  })
})
