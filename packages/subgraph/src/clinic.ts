/** What the clinic says of itself: on invoices, for its days, its money and its phone numbers. */
export interface Clinic {
  readonly name: string
  /** IANA zone of the clinic's days. */
  readonly timeZone: string
  /** ISO 4217. */
  readonly currency: string
  /** ISO 3166-1 alpha-2: whose rules a phone number without a country code is read by. */
  readonly country: string
  /** What links to the clinic begin with. */
  readonly publicUrl: string
}

/** The day on which an instant falls in a zone, such as 2027-03-01. */
export function dayIn(timeZone: string, instant: Date): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(instant)
}
