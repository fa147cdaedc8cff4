import { type AnyEvent, topicOf } from '@caregraph/events'
import { type CountedEvent, changesOf, countedTypes } from './changes-of-event.js'
import type { FigureSets } from './figure-sets.js'
import type { Entry } from './statistics-store.js'

/** Hands over all events that the topics hold at the moment of the call, from the first, in batches. */
export type Replay = (topics: readonly string[], take: (events: readonly AnyEvent[]) => Promise<void>) => Promise<void>

/** Another rebuild has begun since: it alone goes on. */
export class RebuildOvertaken extends Error {
  override readonly name = 'RebuildOvertaken'
}

const topics = [...new Set(countedTypes.map(topicOf))]

/**
 * Makes all figures anew from the topics, while the old ones are read, and then has the new ones read. It begins before
 * the topics are asked where they end: an event that is delivered after that is counted in both sets, and one that was
 * delivered before is among those that are read. So there is no gap, and what comes twice is counted once.
 * Throws RebuildOvertaken where another has begun. Where it throws, the old figures are read as before.
 */
export async function rebuildFigures(sets: FigureSets, replay: Replay, timeZone: string): Promise<void> {
  const rebuild = await sets.beginRebuild()
  try {
    await replay(topics, async (events) => {
      if (!(await rebuild.isUnderWay())) throw new RebuildOvertaken('Another rebuild has begun.')
      await rebuild.store.count(entriesOf(events, timeZone))
    })
    if (!(await rebuild.finish())) throw new RebuildOvertaken('Another rebuild has begun.')
  } catch (error) {
    await rebuild.abandon().catch(() => undefined)
    throw error
  }
}

const counted: ReadonlySet<string> = new Set(countedTypes)
const isCounted = (event: AnyEvent): event is CountedEvent => counted.has(event.type)

function entriesOf(events: readonly AnyEvent[], timeZone: string): Entry[] {
  return events
    .filter(isCounted)
    .map((event) => ({ id: event.id, time: event.time, changes: changesOf(event, timeZone) }))
    .filter(({ changes }) => changes.length > 0)
}
