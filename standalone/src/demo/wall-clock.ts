/** The instant at which clocks in the zone show that time on the day (of its UTC date). In a gap, the one after it. */
export function wallClock(day: Date, time: string, timeZone: string): Date {
  const asUtc = new Date(`${day.toISOString().slice(0, 10)}T${time}:00Z`).getTime()
  const offset = (instant: number) => offsetMilliseconds(instant, timeZone)
  return new Date(asUtc - offset(asUtc - offset(asUtc)))
}

function offsetMilliseconds(instant: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign = '+', hours = '0', minutes = '0'] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}
