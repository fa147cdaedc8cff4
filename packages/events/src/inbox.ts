import type { Transaction } from '@caregraph/database'
import type { AnyEvent } from './event.js'

/** What happens on an event. Where the inbox and the effect share a database, both are one transaction. */
export type Effect<Tx> = (tx: Tx) => Promise<void>

export interface WaitingEvent {
  readonly event: AnyEvent
  /** How many have failed. */
  readonly tries: number
  readonly nextTryAt: Date
}

export interface DeadLetter {
  readonly consumer: string
  readonly eventId: string
  readonly type: string
  readonly subject: string
  readonly receivedAt: Date
  readonly tries: number
  readonly reason: string
}

/**
 * What one consumer has received, in whatever its effects are kept in. Every implementation passes `inbox.suite.ts`.
 * An event is new until its effect is there, `waiting` when it has failed, or an earlier one of its subject has, and
 * `dead` when it failed too often: then it waits for a person. Rejects where its database is away, see `isDatabaseAway`.
 */
export interface Inbox<Tx = Transaction> {
  /**
   * Takes a delivered event: runs its effect, lets it wait behind an earlier one of its subject, or knows it already.
   * When this resolves, nothing of the event can be lost. Rejects with what the effect rejected with.
   */
  receive(event: AnyEvent, now: Date, effect: Effect<Tx>): Promise<void>
  /** Puts an event aside whose effect failed, so that the events of other subjects go on. */
  park(event: AnyEvent, reason: string, now: Date, nextTryAt: Date): Promise<void>
  /** The first waiting event of each subject whose time has come, at most 100: those behind it wait for it. */
  due(now: Date): Promise<WaitingEvent[]>
  /** Runs the effect of a waiting event, which waits no longer then. Does nothing where another copy has it in hand. */
  retry(waiting: WaitingEvent, now: Date, effect: Effect<Tx>): Promise<void>
  /** Notes one more failure; without a next try the event is dead. */
  noteFailedTry(waiting: WaitingEvent, reason: string, nextTryAt: Date | undefined): Promise<void>
  /** How many events wait for another try, or for a person. */
  counts(): Promise<{ readonly waiting: number; readonly dead: number }>
  /** The oldest first, at most 1,000. */
  deadLetters(): Promise<DeadLetter[]>
  /** Gives a dead letter, or all of them, a new row of tries by the running consumer. Answers how many there were. */
  redrive(now: Date, eventId?: string): Promise<number>
}
