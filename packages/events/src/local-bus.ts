import { setTimeout as delay } from 'node:timers/promises'
import type { EventBus } from './bus.js'
import type { AnyEvent } from './event.js'

interface Subscription {
  readonly topics: ReadonlySet<string>
  readonly handle: (event: AnyEvent) => Promise<void>
}

interface Group {
  /** Nothing while the group is away: its events wait for it. */
  subscription: Subscription | undefined
  /** Who waits until the group is there. */
  readonly awaited: (() => void)[]
  /** The last delivery of each subject that is still under way: the next one of that subject waits for it. */
  readonly subjects: Map<string, Promise<void>>
  readonly handling: Set<Promise<void>>
  readonly places: Places
}

const deliveriesAtOnce = 4
const redeliverMilliseconds = 250

/**
 * Delivery within the process. It keeps nothing itself: an event stays in its owner's outbox until every group has
 * dealt with it, so a kill at any moment costs a second delivery, which the inbox recognises. Events wait for a group
 * that has gone, and for one of `groups` that has not come yet: what is published early is not lost to it.
 */
export function createLocalBus({ groups: expected = [] }: { groups?: readonly string[] } = {}): EventBus {
  const groups = new Map<string, Group>(expected.map((name) => [name, newGroup()]))
  const listeners = new Set<{ topics: ReadonlySet<string>; listen: (event: AnyEvent) => void }>()

  return {
    publicationsInFlight: 1_000,

    async publish(topic, events) {
      for (const listener of listeners) {
        if (listener.topics.has(topic)) for (const event of events) listener.listen(event)
      }
      await Promise.all([...groups.values()].flatMap((group) => events.map((event) => deliver(group, topic, event))))
    },

    async subscribe({ group: name, topics, handle }) {
      const group = groups.get(name) ?? newGroup()
      groups.set(name, group)
      group.subscription = { topics: new Set(topics), handle }
      for (const arrived of group.awaited.splice(0)) arrived()
      return async () => {
        group.subscription = undefined
        await Promise.allSettled(group.handling)
      }
    },

    async tail(topics, listen, onListening) {
      const listener = { topics: new Set(topics), listen }
      listeners.add(listener)
      onListening?.()
      return async () => {
        listeners.delete(listener)
      }
    },
  }
}

function newGroup(): Group {
  return {
    subscription: undefined,
    awaited: [],
    subjects: new Map(),
    handling: new Set(),
    places: places(deliveriesAtOnce),
  }
}

function deliver(group: Group, topic: string, event: AnyEvent): Promise<void> {
  const before = group.subjects.get(event.subject) ?? Promise.resolve()
  const delivery: Promise<void> = before
    .then(() => handleUntilDone(group, topic, event))
    .finally(() => {
      if (group.subjects.get(event.subject) === delivery) group.subjects.delete(event.subject)
    })
  group.subjects.set(event.subject, delivery)
  return delivery
}

/** A group rejects only while its own database is away: the event waits for it, and is not lost if it never returns. */
async function handleUntilDone(group: Group, topic: string, event: AnyEvent): Promise<void> {
  for (;;) {
    const leave = await group.places.enter()
    try {
      const { topics, handle } = await present(group)
      if (!topics.has(topic)) return
      const handling = handle(event)
      group.handling.add(handling)
      return await handling.finally(() => group.handling.delete(handling))
    } catch {
      await delay(redeliverMilliseconds)
    } finally {
      leave()
    }
  }
}

async function present(group: Group): Promise<Subscription> {
  while (group.subscription === undefined) await new Promise<void>((resolve) => group.awaited.push(resolve))
  return group.subscription
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
