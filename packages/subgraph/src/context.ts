import type { Actor } from '@caregraph/access'
import type { Database } from '@caregraph/database'
import DataLoader from 'dataloader'
import type { Clinic } from './clinic.js'
import type { Peers } from './peers.js'

/** Answers many keys at once. What has no answer is left out of the map. */
export type Batch<Key, Value, Services = unknown> = (
  keys: readonly Key[],
  context: Context<Services>,
) => Promise<ReadonlyMap<Key, Value>>

/** What a batch of lists answers: the rows of each key. */
export function groupedBy<Key, Row>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group === undefined) groups.set(keyOf(row), [row])
    else group.push(row)
  }
  return groups
}

/** Everything that an act or a resolver may reach. One for each request. */
export interface Context<Services = unknown> {
  /** Who asks; nobody where no token came along. */
  readonly actor: Actor | undefined
  readonly requestId: string
  /** What is done for this request is a part of this trace. */
  readonly traceparent: string | undefined
  /** Where the request came from, for counting attempts. Never written down. */
  readonly clientAddress: string | undefined
  /** What the client calls itself, so that a person recognises his sessions. */
  readonly userAgent: string | undefined
  /** Aborts when nobody waits for the answer any more: then nothing more is loaded. */
  readonly signal: AbortSignal | undefined
  /** When that is at the latest, by `performance.now()`. */
  readonly deadlineAt: number | undefined
  readonly now: () => Date
  readonly clinic: Clinic
  readonly database: Database
  readonly peers: Peers
  /** What this subgraph alone has, as its `services` made it. */
  readonly services: Services
  /** Collects the keys of one tick and asks for them together, each once. */
  load<Key, Value>(batch: Batch<Key, Value, Services>, key: Key): Promise<Value | undefined>
}

export function contextOf<Services>(parts: Omit<Context<Services>, 'load'>): Context<Services> {
  const loaders = new Map<unknown, DataLoader<unknown, unknown>>()
  const context: Context<Services> = {
    ...parts,
    load<Key, Value>(batch: Batch<Key, Value, Services>, key: Key): Promise<Value | undefined> {
      if (parts.signal?.aborted) return Promise.reject(parts.signal.reason)
      let loader = loaders.get(batch) as DataLoader<Key, Value | undefined> | undefined
      if (loader === undefined) {
        const load = async (keys: readonly Key[]) => {
          const values = await batch([...new Set(keys)], context)
          return keys.map((each) => values.get(each))
        }
        // Not remembered: the next mutation of the same request may change what this one has loaded.
        loader = new DataLoader<Key, Value | undefined>(load, { cache: false })
        loaders.set(batch, loader as DataLoader<unknown, unknown>)
      }
      return loader.load(key)
    },
  }
  return context
}
