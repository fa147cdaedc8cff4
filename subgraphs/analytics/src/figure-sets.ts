import type { Transaction } from '@caregraph/database'
import type { StatisticsStore } from './statistics-store.js'

/** The sets in which figures are counted at a moment. */
export interface SetsInUse {
  /** The one that is read. */
  readonly current: StatisticsStore
  /** The one that a rebuild fills, while there is a rebuild. */
  readonly growing: StatisticsStore | undefined
}

/**
 * The clinic's figures, in one set of tables or in two: while a rebuild fills a new set, the old one is read, and what
 * happens meanwhile is counted in both. Every implementation passes `figure-sets.suite.ts`.
 */
export interface FigureSets {
  /** As they are now: a copy that remembered them would miss the begin of a rebuild, and with it events. */
  inUse(tx?: Transaction): Promise<SetsInUse>
  /** Begins with an empty set. A rebuild that was under way is over with it. */
  beginRebuild(): Promise<Rebuild>
}

export interface Rebuild {
  readonly store: StatisticsStore
  /** False once another rebuild has begun. */
  isUnderWay(): Promise<boolean>
  /** From then on the new set is read, and it alone. False where another rebuild has begun. */
  finish(): Promise<boolean>
  /** Leaves everything as it was before. */
  abandon(): Promise<void>
}

/** All that the subgraph sees of the sets. */
export function statisticsIn(sets: FigureSets): StatisticsStore {
  return {
    async count(entries, tx) {
      const { current, growing } = await sets.inUse(tx)
      await current.count(entries, tx)
      await growing?.count(entries, tx)
    },
    sumsOfClinic: async (range) => (await sets.inUse()).current.sumsOfClinic(range),
    sumsOfDoctors: async (asked) => (await sets.inUse()).current.sumsOfDoctors(asked),
  }
}
