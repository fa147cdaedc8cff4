import type { EngineName } from './engine.js'
import type { Transaction } from './transaction.js'

/** One statement, or what takes more than a text to say. */
export type Step = string | ((query: Transaction['query']) => Promise<unknown>)

/**
 * What changes the tables, with its steps for each engine on which they can be kept: the same in effect on all.
 *
 * PostgreSQL keeps all steps or none. MySQL keeps each table as soon as it was made, so after a kill in the middle the
 * next start takes all steps again, and passes over those that say that they are done. There a step is one statement
 * that changes tables, or one that does no harm when it is repeated.
 */
export interface Migration extends Readonly<Partial<Record<EngineName, readonly Step[]>>> {
  /** Unique for good. Ends in a number of 13 digits. */
  readonly name: string
}

/** The engines on which all of these can be applied. */
export function enginesOf(migrations: readonly Migration[]): EngineName[] {
  return (['postgres', 'mysql'] as const).filter((engine) => migrations.every((each) => each[engine] !== undefined))
}
