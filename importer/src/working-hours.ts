export interface WorkingHours {
  day: string
  /** Wall-clock time, HH:MM. */
  startsAt: string
  /** Wall-clock time, HH:MM; not after `startsAt` means on the next day. */
  endsAt: string
}

const days = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY']

/**
 * Reads `MON-FRI 09:00-17:00, SAT 09:00-12:00`. A range of days may go across the weekend (`SAT-MON`), and hours that
 * end at or before their start end on the next day (`MON-SUN 00:00-00:00` is round the clock).
 * Answers undefined for anything else.
 */
export function parseWorkingHours(text: string): WorkingHours[] | undefined {
  const stretches = text.split(',').map(parseStretch)
  return stretches.every((stretch) => stretch !== undefined) ? stretches.flat() : undefined
}

function parseStretch(text: string): WorkingHours[] | undefined {
  const time = '(?:[01]\\d|2[0-3]):[0-5]\\d'
  const match = new RegExp(`^([A-Z]{3})(?:-([A-Z]{3}))? +(${time})-(${time})$`, 'i').exec(text.trim())
  const [, from = '', to = from, startsAt = '', endsAt = ''] = match ?? []
  const first = dayIndex(from)
  const last = dayIndex(to)
  if (first < 0 || last < 0) return undefined
  const count = ((last - first + days.length) % days.length) + 1
  return [...days, ...days].slice(first, first + count).map((day) => ({ day, startsAt, endsAt }))
}

function dayIndex(abbreviation: string): number {
  return days.findIndex((day) => day.slice(0, 3) === abbreviation.toUpperCase())
}
