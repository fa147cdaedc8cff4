import type { Transaction } from '@caregraph/database'

export const figures = [
  'patientsRegistered',
  'appointmentsBooked',
  'appointmentsCompleted',
  'appointmentsCancelled',
  'noShows',
  'invoiced',
  'collected',
] as const
export type Figure = (typeof figures)[number]

/**
 * What an event adds to one figure of one day. `bookedForHour` counts a booked visit once more, by the hour of the week
 * in which it starts.
 */
export interface Change {
  /** The clinic's day. */
  readonly day: string
  readonly figure: Figure | 'bookedForHour'
  readonly doctorId: string | null
  readonly serviceType: string | null
  /** 0 is Monday from 00:00 to 00:59 on the clinic's clock, 167 is Sunday from 23:00. */
  readonly hourOfWeek: number | null
  /** ISO 4217, where the amount is money: in minor units then, else a number of times. */
  readonly currency: string | null
  readonly amount: number
}

/** What a figure comes to in a range of days. */
export type Sum = Pick<Change, 'figure' | 'currency' | 'amount'>

/** Both days included. */
export interface DayRange {
  readonly from: string
  readonly to: string
}

export interface DoctorRange extends DayRange {
  readonly doctorId: string
}

/** The sums of a range. Where nothing was counted, there is no entry. */
export interface ClinicSums {
  /** The time of the newest event that is in these sums. */
  readonly asOf: Date | null
  readonly byDay: ReadonlyMap<string, readonly Sum[]>
  readonly byDoctor: ReadonlyMap<string, readonly Sum[]>
  readonly byServiceType: ReadonlyMap<string, readonly Sum[]>
  readonly byHourOfWeek: ReadonlyMap<number, readonly Sum[]>
}

/** An event, and what it adds. */
export interface Entry {
  readonly id: string
  readonly time: string
  /**
   * All of one day and of one doctor at most, and no two of them to the same figure of the same service type, hour and
   * currency.
   */
  readonly changes: readonly Change[]
}

/** What figures are read from. */
export interface StatisticsReader {
  /** Everything as it was at one moment, so that the parts of an answer agree. */
  sumsOfClinic(range: DayRange): Promise<ClinicSums>
  /** The sums of each, in the order in which they were asked for. */
  sumsOfDoctors(asked: readonly DoctorRange[]): Promise<(readonly Sum[])[]>
}

/** Where the figures are kept. Every implementation passes `statistics-store.suite.ts`. */
export interface StatisticsStore extends StatisticsReader {
  /**
   * Counts all changes of an event or none, and once, however often and from however many sides the event is given.
   * A store in the consumer's own database takes part in `tx`; one elsewhere has only the event's id to go by.
   * Where this rejects, any of the events may have been counted: give all of them again.
   */
  count(entries: readonly Entry[], tx?: Transaction): Promise<void>
}
