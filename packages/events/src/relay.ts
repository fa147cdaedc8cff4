import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@caregraph/database'
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

/** Where a letter lies in the outbox: the order of these is the order of the commits. */
interface Place {
  readonly transaction_id: string
  readonly id: string
}
interface Letter extends Place {
  readonly event: AnyEvent
}

interface Relay {
  readonly database: Database
  readonly topic: string
  readonly bus: EventBus
  readonly onFault: (error: unknown) => void
}

/**
 * Carries the outbox to the bus in commit order. Of all copies one leads, by a lock that dies with its connection;
 * the others stand by. A letter leaves the outbox only after the bus has it, so it may be carried twice, never lost.
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
  let last: Place = { transaction_id: '0', id: '0' }
  let wait = shortestWaitMilliseconds
  try {
    while (!stopping.aborted && faults.length === 0) {
      const mayPublish = underWay.size < relay.bus.publicationsInFlight
      const letters = mayPublish ? await settledLetters(connection, last) : []
      const newest = letters.at(-1)
      if (newest !== undefined) {
        const publication: Promise<void> = publish(relay, letters, last, newest)
          .catch((error) => void faults.push(error))
          .finally(() => underWay.delete(publication))
        underWay.add(publication)
        last = newest
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
 * Only letters whose transaction, and every one before it, has ended: `id > last` alone would lose the rows of a
 * transaction that commits late, and several carriers with SKIP LOCKED swapped 628 of 4,000.
 */
function settledLetters(connection: QueryRunner, after: Place): Promise<Letter[]> {
  return connection.query(
    `SELECT transaction_id::text, id::text, event FROM outbox
     WHERE (transaction_id, id) > ($1::text::xid8, $2::bigint)
       AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
     ORDER BY outbox.transaction_id, outbox.id LIMIT ${batchSize}`,
    [after.transaction_id, after.id],
  )
}

async function publish(relay: Relay, letters: readonly Letter[], after: Place, newest: Place): Promise<void> {
  const events = letters.map(({ event }) => event)
  await relay.bus.publish(relay.topic, events)
  await relay.database.query(
    `DELETE FROM outbox
     WHERE (transaction_id, id) > ($1::text::xid8, $2::bigint) AND (transaction_id, id) <= ($3::text::xid8, $4::bigint)`,
    [after.transaction_id, after.id, newest.transaction_id, newest.id],
  )
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
