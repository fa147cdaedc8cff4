import { isId } from '@caregraph/database'
import type { Batch, Context } from './context.js'
import { type AccessRule, checkRule, type Rule } from './rules.js'

/** An entity as another subgraph names it: its key, and the fields that `@requires` asked for. */
export type Representation = { readonly __typename: string; readonly id: string; readonly [field: string]: unknown }

/** The door through which other subgraphs reach an entity (`_entities`). */
export interface Reference {
  readonly access: AccessRule
  resolve(representation: Representation, context: Context<never>): Promise<unknown> | unknown
}

/**
 * The door to an entity that this subgraph owns. `load` answers only the rows that the actor may see: what it leaves
 * out is null to whoever asks, the same as what is not there.
 */
export function reference<Row, Services>(rule: Rule, load: Batch<string, Row, Services>, key = 'id'): Reference {
  return {
    access: { rule },
    resolve: async (representation, context: Context<Services>) => {
      const value = String(representation[key])
      // One garbled id in a batch would make the database refuse all of it.
      return key === 'id' && !isId(value) ? null : ((await context.load(load, value)) ?? null)
    },
  }
}

/** The door to an entity of another subgraph, to which this one only adds fields: each has a rule of its own. */
export const extension: Reference = {
  access: { rule: 'public' },
  resolve: (representation) => representation,
}

export function openReference(door: Reference, representation: Representation, context: Context<never>): unknown {
  checkRule(door.access, context.actor, representation)
  return door.resolve(representation, context)
}
