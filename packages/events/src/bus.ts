import type { AnyEvent } from './event.js'

export type Stop = () => Promise<void>

/** The postman between the rooms: Kafka in production, delivery in the process for `standalone`. */
export interface EventBus {
  /**
   * Takes events of one topic in their order. Resolves when none of them can be lost any more;
   * a rejection means that all of them are to be published again, from the first.
   */
  publish(topic: string, events: readonly AnyEvent[]): Promise<void>
  /** How many publications may be under way before the first has resolved: 1 where a retry would break the order. */
  readonly publicationsInFlight: number
  /** Hands each event to each group at least once, those of one subject in order. Awaits `handle` before it forgets. */
  subscribe(subscription: {
    group: string
    topics: readonly string[]
    handle: (event: AnyEvent) => Promise<void>
  }): Promise<Stop>
  /**
   * Hands each event to this process while it listens, and forgets: for live updates. `listen` must not throw.
   * `onListening` is called when nothing that is published from then on is missed.
   */
  tail(topics: readonly string[], listen: (event: AnyEvent) => void, onListening?: () => void): Promise<Stop>
}
