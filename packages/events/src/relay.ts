import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@caregraph/database'
import { openSpan } from '@caregraph/telemetry'
import type { QueryRunner } from 'typeorm'
import type { EventBus, Stop } from './bus.js'
import type { AnyEvent } from './event.js'
import { letterBox, nameOf } from './outbox.js'

const relayLock = 7_203_115
const batchSize = 200
const shortestWaitMilliseconds = 4
const longestWaitMilliseconds = 200
const standByMilliseconds = 1_000
const partingMilliseconds = 2_000

interface Letter {
  readonly id: string
  readonly event: AnyEvent
  /** What the statement that read the letter could see. */
  readonly snapshot: string
}

/** How far the outbox has been read. */
interface Progress {
  /** All letters that this snapshot shows have been read. */
  readonly seen: string
  /** The snapshot that is being read, while it shows more new letters than one batch takes. */
  readonly reading: string | null
  /** The last letter of it that was read. */
  readonly lastId: string
}

/** Before everything: a snapshot that shows nothing. */
const beginning: Progress = { seen: '1:1:', reading: null, lastId: '0' }

interface Relay {
  readonly database: Database
  readonly topic: string
  readonly bus: EventBus
  readonly onFault: (error: unknown) => void
}

/**
 * Carries the outbox to the bus, the letters of one subject in their order. Of all copies one leads, by a lock that dies
 * with its connection; the others stand by. A letter leaves the outbox only after the bus has it, so it may be carried twice, never lost.
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
    const connection = relay.database.createQueryRunner()
    try {
      const [{ leads }] = await connection.query('SELECT pg_try_advisory_lock($1) AS leads', [relayLock])
      if (leads) await carry(relay, connection, stopping)
    } catch (error) {
      if (!stopping.aborted) relay.onFault(error)
    } finally {
      await connection.query('SELECT pg_advisory_unlock_all()').catch(() => undefined)
      await connection.release().catch(() => undefined)
    }
    await delay(standByMilliseconds, undefined, { signal: stopping }).catch(() => undefined)
  }
}

/** Returns when it is to stop, and throws when the bus or the database failed: then everything is read again. */
async function carry(relay: Relay, connection: QueryRunner, stopping: AbortSignal): Promise<void> {
  const underWay = new Set<Promise<void>>()
  const faults: unknown[] = []
  const bell = bellOf(relay.database)
  let progress = beginning
  let wait = shortestWaitMilliseconds
  try {
    while (!stopping.aborted && faults.length === 0) {
      const isFree = underWay.size < relay.bus.publicationsInFlight
      const letters = isFree ? await newLetters(connection, progress) : []
      if (isFree) progress = after(letters, progress)
      if (letters.length > 0) {
        const publication: Promise<void> = publish(relay, letters)
          .catch((error) => void faults.push(error))
          .finally(() => underWay.delete(publication))
        underWay.add(publication)
        wait = shortestWaitMilliseconds
      }
      if (letters.length === batchSize) continue
      const rang = await bell.wait(wait, stopping)
      wait = rang ? shortestWaitMilliseconds : Math.min(wait * 2, longestWaitMilliseconds)
    }
    await Promise.race([Promise.all(underWay), delay(partingMilliseconds, undefined, { ref: false })])
    if (faults.length > 0) throw faults[0]
  } finally {
    bell.off()
  }
}

/**
 * The letters that can be seen now and could not before, in the order of their ids. An act appends its letter under the
 * lock of its aggregate, so for one subject this is the order of the commits. `id > last` alone would lose the rows of a
 * transaction that commits late; the order of the transactions would swap two acts of which the earlier waited for the
 * other's lock; and to wait for all older transactions is to wait for the slowest of the whole server.
 */
function newLetters(connection: QueryRunner, { seen, reading, lastId }: Progress): Promise<Letter[]> {
  return connection.query(
    `SELECT id::text, event, pg_current_snapshot()::text AS snapshot FROM outbox
     WHERE id > $3::bigint AND NOT pg_visible_in_snapshot(transaction_id, $1::pg_snapshot)
       AND ($2::pg_snapshot IS NULL OR pg_visible_in_snapshot(transaction_id, $2::pg_snapshot))
     ORDER BY outbox.id LIMIT ${batchSize}`,
    [seen, reading, lastId],
  )
}

function after(letters: readonly Letter[], { seen, reading }: Progress): Progress {
  const last = letters.at(-1)
  const shown = reading ?? last?.snapshot ?? seen
  const isMore = last !== undefined && letters.length === batchSize
  return isMore ? { seen, reading: shown, lastId: last.id } : { ...beginning, seen: shown }
}

async function publish(relay: Relay, letters: readonly Letter[]): Promise<void> {
  const events = letters.map(({ event }) => event)
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
  await relay.database.query('DELETE FROM outbox WHERE id = ANY($1::bigint[])', [letters.map(({ id }) => id)])
}

/** Waits for the next letter of this process, or for the time to look whether another copy wrote one. */
function bellOf(database: Database) {
  let rang = false
  let wake = (): void => undefined
  const onLetter = (name: string) => {
    if (name !== nameOf(database)) return
    rang = true
    wake()
  }
  letterBox.on('letter', onLetter)
  return {
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
