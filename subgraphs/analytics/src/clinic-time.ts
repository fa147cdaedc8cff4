import { Temporal } from 'temporal-polyfill'

/** The clinic's day on which an instant (RFC 3339) falls, such as 2027-03-01. */
export function dayOf(instant: string, timeZone: string): string {
  return clinicTime(instant, timeZone).toPlainDate().toString()
}

/** The hour of the week on the clinic's clock: 0 is Monday from 00:00 to 00:59, 167 is Sunday from 23:00. */
export function hourOfWeekOf(instant: string, timeZone: string): number {
  const { dayOfWeek, hour } = clinicTime(instant, timeZone)
  return (dayOfWeek - 1) * 24 + hour
}

function clinicTime(instant: string, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone)
}
