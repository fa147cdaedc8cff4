import { setTimeout as delay } from 'node:timers/promises'
import type { EventBus } from './bus.js'
import type { AnyEvent } from './event.js'

interface Group {
  readonly topics: ReadonlySet<string>
  readonly handle: (event: AnyEvent) => Promise<void>
  /** The last delivery of each subject that is still under way: the next one of that subject waits for it. */
  readonly subjects: Map<string, Promise<void>>
  readonly places: Places
  readonly stopping: AbortController
}

const deliveriesAtOnce = 4
const redeliverMilliseconds = 250

/**
 * Delivery within the process. It keeps nothing itself: an event stays in its owner's outbox until every group has
 * dealt with it, so a kill at any moment costs a second delivery, which the inbox recognises.
 */
export function createLocalBus(): EventBus {
  const groups = new Set<Group>()
  const listeners = new Set<{ topics: ReadonlySet<string>; listen: (event: AnyEvent) => void }>()

  return {
    publicationsInFlight: 100,

    async publish(topic, events) {
      for (const listener of listeners) {
        if (listener.topics.has(topic)) for (const event of events) listener.listen(event)
      }
      const interested = [...groups].filter((group) => group.topics.has(topic))
      await Promise.all(interested.flatMap((group) => events.map((event) => deliver(group, event))))
    },

    async subscribe({ topics, handle }) {
      const stopping = new AbortController()
      const group = { topics: new Set(topics), handle, subjects: new Map(), places: places(deliveriesAtOnce), stopping }
      groups.add(group)
      return async () => {
        groups.delete(group)
        stopping.abort()
        await Promise.allSettled(group.subjects.values())
      }
    },

    async tail(topics, listen) {
      const listener = { topics: new Set(topics), listen }
      listeners.add(listener)
      return async () => {
        listeners.delete(listener)
      }
    },
  }
}

function deliver(group: Group, event: AnyEvent): Promise<void> {
  const before = group.subjects.get(event.subject) ?? Promise.resolve()
  const delivery = before.catch(() => undefined).then(() => handleUntilDone(group, event))
  group.subjects.set(event.subject, delivery)
  const forget = () => {
    if (group.subjects.get(event.subject) === delivery) group.subjects.delete(event.subject)
  }
  delivery.then(forget, forget)
  return delivery
}

/** A group rejects only while its own database is away: the event waits for it, and is not lost if it never returns. */
async function handleUntilDone(group: Group, event: AnyEvent): Promise<void> {
  const leave = await group.places.enter()
  try {
    for (;;) {
      group.stopping.signal.throwIfAborted()
      try {
        return await group.handle(event)
      } catch {
        await delay(redeliverMilliseconds, undefined, { signal: group.stopping.signal })
      }
    }
  } finally {
    leave()
  }
}

interface Places {
  /** Waits for a free place; the answer gives it back. */
  enter(): Promise<() => void>
}

function places(count: number): Places {
  let free = count
  const waiting: (() => void)[] = []
  const leave = () => {
    const next = waiting.shift()
    if (next) next()
    else free++
  }
  return {
    async enter() {
      if (free > 0) free--
      else await new Promise<void>((resolve) => waiting.push(resolve))
      return leave
    },
  }
}
