import { setTimeout as delay } from 'node:timers/promises'
import { type Database, type HeldLock, prepared, queryRows, tryLock } from '@caregraph/database'
import { openSpan } from '@caregraph/telemetry'
import type { EventBus, Stop } from './bus.js'
import type { AnyEvent } from './event.js'
import { letterBox, nameOf } from './outbox.js'

const batchSize = 200
/** More would not be faster, and they lie in memory. */
const mostUnderWay = 2_000
const shortestWaitMilliseconds = 4
const longestWaitMilliseconds = 200
const standByMilliseconds = 1_000
const partingMilliseconds = 2_000
const silentLeaderMilliseconds = 10_000

interface Letter {
  readonly id: number
  /** As a text where the database has no better form of JSON. */
  readonly event: AnyEvent | string
}

interface Relay {
  readonly database: Database
  readonly topic: string
  readonly bus: EventBus
  readonly onFault: (error: unknown) => void
}

/**
 * Carries the outbox to the bus, the letters of one subject in their order. Of all copies one leads, by a lock that dies
 * with its connection, or when it is not heard of for ten seconds; the others stand by. A letter leaves the outbox only
 * after the bus has it, so it may be carried twice, never lost.
 */
export function startRelay(relay: Relay): Stop {
  const stopping = new AbortController()
  const leading = leadWhenFree(relay, stopping.signal)
  return async () => {
    stopping.abort()
    await leading
  }
}

async function leadWhenFree(relay: Relay, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    let lock: HeldLock | undefined
    try {
      lock = await tryLock(relay.database, 'relay', silentLeaderMilliseconds)
      if (lock !== undefined) await carry(relay, lock, stopping)
    } catch (error) {
      if (!stopping.aborted) relay.onFault(error)
    } finally {
      await lock?.release()
    }
    await delay(standByMilliseconds, undefined, { signal: stopping }).catch(() => undefined)
  }
}

/** Returns when it is to stop, and throws when the bus or the database failed: then everything is read again. */
async function carry(relay: Relay, lock: HeldLock, stopping: AbortSignal): Promise<void> {
  const publications = new Set<Promise<void>>()
  const underWay = new Set<number>()
  const faults: unknown[] = []
  const bell = bellOf(relay.database)
  const isFull = () => publications.size >= relay.bus.publicationsInFlight || underWay.size >= mostUnderWay
  let wait = shortestWaitMilliseconds
  try {
    while (!stopping.aborted && faults.length === 0) {
      if (isFull()) {
        // The end of a publication rings. Who says nothing until then loses the lock.
        await lock.query('SELECT 1')
        await bell.wait(longestWaitMilliseconds, stopping)
        continue
      }
      const letters = await lock.query<Letter>(newLetters, [[...underWay]])
      if (letters.length > 0) {
        for (const { id } of letters) underWay.add(id)
        const publication: Promise<void> = publish(relay, letters)
          .then(() => {
            for (const { id } of letters) underWay.delete(id)
          })
          .catch((error) => void faults.push(error))
          .finally(() => {
            publications.delete(publication)
            bell.ring()
          })
        publications.add(publication)
        wait = shortestWaitMilliseconds
      }
      if (letters.length === batchSize) continue
      const rang = await bell.wait(wait, stopping)
      wait = rang ? shortestWaitMilliseconds : Math.min(wait * 2, longestWaitMilliseconds)
    }
    await Promise.race([Promise.all(publications), delay(partingMilliseconds, undefined, { ref: false })])
    if (faults.length > 0) throw faults[0]
  } finally {
    bell.off()
  }
}

/**
 * All letters that lie in the outbox and are not under way, in the order of their ids. A letter leaves the outbox only
 * by being carried, so one that is committed late, between ids that were read long ago, is found as soon as it can be
 * seen. An act appends its letter under the lock of its subject: so of two letters of one subject the later has the
 * higher id, and no statement sees it without the earlier. (`id > last` would lose the late ones; the order of the
 * transactions would swap two of which the earlier waited for the other's lock; and to wait for all older transactions
 * is to wait for the slowest of the whole server.)
 */
const newLetters = prepared(`SELECT id, event FROM outbox WHERE id <> ALL ($1) ORDER BY id LIMIT ${batchSize}`)

const removeLetters = {
  postgres: prepared('DELETE FROM outbox WHERE id = ANY ($1)'),
  // By a list MySQL reads the whole of a small table, and waits for the letters of acts that are still open. So each is
  // looked up by its key.
  mysql: prepared(`
    DELETE letter FROM JSON_TABLE($1, '$[*]' COLUMNS (id bigint PATH '$')) AS carried
    STRAIGHT_JOIN outbox AS letter FORCE INDEX (PRIMARY) ON letter.id = carried.id`),
}

async function publish(relay: Relay, letters: readonly Letter[]): Promise<void> {
  const events = letters.map(({ event }): AnyEvent => (typeof event === 'string' ? JSON.parse(event) : event))
  const spans = events.map(({ type, traceparent }) =>
    openSpan({ name: `publish ${type}`, kind: 'producer', attributes: { event: type } }, traceparent),
  )
  let isPublished = false
  try {
    await relay.bus.publish(relay.topic, events)
    isPublished = true
  } finally {
    for (const span of spans) span?.end(!isPublished)
  }
  await queryRows(relay.database, removeLetters, [letters.map(({ id }) => id)])
}

/** Waits for the next letter of this process, or for the time to look whether another copy wrote one. */
function bellOf(database: Database) {
  let rang = false
  let wake = (): void => undefined
  const ring = () => {
    rang = true
    wake()
  }
  const onLetter = (name: string) => {
    if (name === nameOf(database)) ring()
  }
  letterBox.on('letter', onLetter)
  return {
    ring,
    async wait(milliseconds: number, stopping: AbortSignal): Promise<boolean> {
      if (!rang && !stopping.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
          stopping.addEventListener('abort', wake, { once: true })
        })
        stopping.removeEventListener('abort', wake)
      }
      const wasRung = rang
      rang = false
      return wasRung
    },
    off: () => void letterBox.off('letter', onLetter),
  }
}
