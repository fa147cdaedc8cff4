import { describe, expect, it } from 'vitest'
import { parseOptions, WrongUsage } from './options.js'
import { parseWorkingHours } from './working-hours.js'

const environment = { CAREGRAPH_EMAIL: 'admin@clinic.test', CAREGRAPH_PASSWORD: 'secret' }

describe('working hours', () => {
  it('are given for a range of days, for single days, and for several stretches', () => {
    expect(parseWorkingHours('mon-tue 09:00-12:00, SAT 10:00-13:30')).toEqual([
      { day: 'MONDAY', startsAt: '09:00', endsAt: '12:00' },
      { day: 'TUESDAY', startsAt: '09:00', endsAt: '12:00' },
      { day: 'SATURDAY', startsAt: '10:00', endsAt: '13:30' },
    ])
  })

  it('may cross the weekend', () => {
    expect(parseWorkingHours('SAT-MON 22:00-06:00')?.map(({ day }) => day)).toEqual(['SATURDAY', 'SUNDAY', 'MONDAY'])
  })

  it('are round the clock on all seven days with MON-SUN 00:00-00:00', () => {
    expect(parseWorkingHours('MON-SUN 00:00-00:00')).toHaveLength(7)
  })

  it.each(['', 'MON', '09:00-17:00', 'MON 9:00-17:00', 'MON 09:00-24:00', 'FOO 09:00-17:00', 'MON 09:00-17:00,'])(
    'are not read from "%s"',
    (text) => expect(parseWorkingHours(text)).toBeUndefined(),
  )
})

describe('the command line', () => {
  it('needs a folder and an account alone', () => {
    expect(parseOptions(['bundles'], environment)).toEqual({
      path: 'bundles',
      url: 'http://localhost:4004/graphql',
      email: 'admin@clinic.test',
      password: 'secret',
      timeZone: 'UTC',
      weeklyHours: [],
      inFlight: 4,
    })
  })

  it('offers help without an account', () => {
    expect(parseOptions(['--help'], {})).toBe('help')
  })

  it.each([
    ['no folder', [], environment, 'Give one folder'],
    ['two folders', ['one', 'two'], environment, 'Give one folder'],
    ['an unknown option', ['bundles', '--fast'], environment, '--fast'],
    ['hours that cannot be read', ['bundles', '--hours', 'nine to five'], environment, 'MON-FRI 09:00-17:00'],
    ['an unknown zone', ['bundles', '--time-zone', 'Mars/Olympus'], environment, 'not an IANA time zone'],
    ['no request in flight', ['bundles', '--in-flight', '0'], environment, 'from 1 to 32'],
    ['too many requests in flight', ['bundles', '--in-flight', '33'], environment, 'from 1 to 32'],
    ['no account', ['bundles'], {}, 'CAREGRAPH_EMAIL'],
    ['a URL that is none', ['bundles'], { ...environment, CAREGRAPH_URL: 'clinic' }, 'CAREGRAPH_URL'],
  ])('with %s is refused with a sentence that helps', (_, args, given, sentence) => {
    const parse = () => parseOptions(args, given)
    expect(parse).toThrow(WrongUsage)
    expect(parse).toThrow(sentence)
  })
})
