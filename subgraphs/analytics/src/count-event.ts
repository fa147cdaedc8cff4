import type { Transaction } from '@caregraph/database'
import type { Handlers } from '@caregraph/events'
import { type CountedEvent, changesOf, countedTypes } from './changes-of-event.js'
import type { StatisticsStore } from './statistics-store.js'

/** Counts each event of the house that a figure is made of, in days and hours of the zone. */
export function countEvents(store: StatisticsStore, timeZone: string): Handlers<Transaction | undefined> {
  const count = async (event: CountedEvent, tx: Transaction | undefined) => {
    const changes = changesOf(event, timeZone)
    if (changes.length > 0) await store.count([{ id: event.id, time: event.time, changes }], tx)
  }
  return Object.fromEntries(countedTypes.map((type) => [type, count]))
}
