import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import {
  connectDatabase,
  type Database,
  inTransaction,
  queryRows,
  type Transaction,
  tryLock,
} from '@caregraph/database'
import { deferred, testDatabase, wordsOf } from '@caregraph/database/testing'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { EventBus, Stop } from './bus.js'
import type { AnyEvent } from './event.js'
import { appendEvent, outboxTable } from './outbox.js'
import { startRelay } from './relay.js'

const soon = { timeout: 20_000, interval: 5 }

let server: Awaited<ReturnType<typeof testDatabase>>
let database: Database
const stops: Stop[] = []
const connect = (poolSize = 16, { url } = server): Promise<Database> =>
  connectDatabase({
    url,
    tables: { entities: [], migrations: [outboxTable] },
    poolSize,
    onConnectionError: () => undefined,
  })

function startCopy(on: Database, bus: EventBus): { faults: unknown[]; stop: Stop } {
  const faults: unknown[] = []
  const stop = startRelay({ database: on, topic: 'patient-events', bus, onFault: (fault) => faults.push(fault) })
  stops.push(stop)
  return { faults, stop }
}

/** A bus that writes down what it is given. `publish` may refuse first, or take its time. */
function recordingBus(publish: (events: readonly AnyEvent[]) => Promise<void> = async () => undefined, inFlight = 100) {
  const taken: AnyEvent[] = []
  const bus: EventBus = {
    publicationsInFlight: inFlight,
    async publish(_, events) {
      await publish(events)
      taken.push(...events)
    },
    subscribe: () => expect.fail('nobody subscribes here'),
    tail: () => expect.fail('nobody listens here'),
  }
  return { bus, taken }
}

const append = (tx: Transaction, subject: string, version: number) =>
  appendEvent(tx, 'PatientUpdated', subject, { patientId: subject, version }, new Date())

const appendAll = (count: number, subject = randomUUID()) =>
  inTransaction(database, async (tx) => {
    for (let version = 1; version <= count; version++) await append(tx, subject, version)
  })

const versionOf = ({ data }: AnyEvent) => ('version' in data ? data.version : expect.fail('of another type'))

const left = async () =>
  (await queryRows<{ count: number }>(database, 'SELECT count(*) AS count FROM outbox'))[0]?.count

/** An aggregate as acts change it: its row is locked, its version grows, its event says which version it is. */
async function aggregates(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID())
  await queryRows(database, 'CREATE TABLE aggregates (id char(36) PRIMARY KEY, version integer NOT NULL)')
  await queryRows(database, createAttempts)
  for (const id of ids) await queryRows(database, 'INSERT INTO aggregates VALUES ($1, 0)', [id])
  return ids
}

const createAttempts = 'CREATE TABLE attempts (id char(36) PRIMARY KEY)'
const attempt = (tx: Transaction) => tx.query('INSERT INTO attempts VALUES ($1)', [randomUUID()])

const atOnce = async (): Promise<void> => undefined

/** As an act with an idempotency key does it: it has written before it waits for the lock of its aggregate. */
function change(id: string, beforeLock: () => Promise<unknown>, beforeCommit: () => Promise<unknown>): Promise<void> {
  return inTransaction(database, async (tx) => {
    await attempt(tx)
    await beforeLock()
    await tx.query('UPDATE aggregates SET version = version + 1 WHERE id = $1', [id])
    const [row] = await tx.query<{ version: number }>('SELECT version FROM aggregates WHERE id = $1', [id])
    await append(tx, id, row?.version ?? expect.fail('no such aggregate'))
    await beforeCommit()
  })
}

/** What a relay guarantees, on the engine of this file's databases. */
export function relaySuite(): void {
  beforeEach(async () => {
    server = await testDatabase()
    database = await connect()
  })
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop()
    await database.destroy()
    await server.drop()
  })

  it('loses none of 4,000 events of four writers that commit late, and keeps the order of each subject', async () => {
    const { bus, taken } = recordingBus()
    startCopy(database, bus)
    const ids = await aggregates(20)
    // A few milliseconds in one of four transactions are what makes commits overtake each other.
    const sometimes = async (number: number) => number % 4 === 0 && (await delay(number % 7))
    await Promise.all(
      Array.from({ length: 4 }, async (_, writer) => {
        for (let number = 0; number < 1_000; number++) {
          const id = ids[(number * 7 + writer) % ids.length] ?? expect.fail()
          await change(
            id,
            () => sometimes(number + writer),
            () => sometimes(number + writer + 2),
          )
        }
      }),
    )
    await vi.waitUntil(async () => (await left()) === 0, soon)

    expect(taken).toHaveLength(4_000)
    for (const id of ids) {
      const versions = taken.filter(({ subject }) => subject === id).map(versionOf)
      expect(versions).toEqual(versions.map((_, index) => index + 1))
    }
  })

  it('keeps the order of a subject whose later event is of the transaction that began earlier', async () => {
    const { bus, taken } = recordingBus()
    const [id = ''] = await aggregates(1)
    const began = deferred()
    const mayGoOn = deferred()
    const waits = async () => {
      began.resolve()
      await mayGoOn.promise
    }
    const earlier = change(id, waits, atOnce)
    await began.promise
    await change(id, atOnce, atOnce)
    mayGoOn.resolve()
    await earlier
    startCopy(database, bus)
    await vi.waitUntil(() => taken.length === 2, soon)
    expect(taken.map(versionOf)).toEqual([1, 2])
  })

  it('carries a letter that is committed late, after others of higher ids have left, and waits for it with none of them', async () => {
    const { bus, taken } = recordingBus()
    const { faults } = startCopy(database, bus)
    const written = deferred()
    const mayCommit = deferred()
    const late = randomUUID()
    const open = inTransaction(database, async (tx) => {
      await append(tx, late, 1)
      written.resolve()
      await mayCommit.promise
    })
    await written.promise
    for (let times = 0; times < 20; times++) await appendAll(15)
    await vi.waitUntil(async () => taken.length === 300 && (await left()) === 0, soon)
    mayCommit.resolve()
    await open
    await vi.waitUntil(async () => taken.length === 301 && (await left()) === 0, soon)
    expect(taken.at(-1)?.subject).toBe(late)
    expect(faults).toEqual([])
  })

  it.each([199, 200, 201, 400, 1_000])(
    'carries a backlog of %i in its order, and what comes after it',
    async (count) => {
      const { bus, taken } = recordingBus()
      await appendAll(count)
      startCopy(database, bus)
      await vi.waitUntil(() => taken.length === count, soon)
      await appendAll(1)
      await vi.waitUntil(async () => (await left()) === 0, soon)
      expect(taken.map(versionOf)).toEqual([...Array.from({ length: count }, (_, index) => index + 1), 1])
    },
  )

  it('does not wait for a transaction that has nothing to say, of this room or of another', async () => {
    const { bus, taken } = recordingBus()
    startCopy(database, bus)
    await aggregates(0)
    const elsewhere = await testDatabase()
    const neighbour = await connect(2, elsewhere)
    await queryRows(neighbour, createAttempts)
    const ended = deferred()
    const open = [database, neighbour].map((each) =>
      inTransaction(each, async (tx) => {
        await attempt(tx)
        await ended.promise
      }),
    )
    stops.push(async () => {
      ended.resolve()
      await Promise.all(open)
      await neighbour.destroy()
      await elsewhere.drop()
    })
    await appendAll(1)
    await vi.waitUntil(() => taken.length === 1, { timeout: 5_000, interval: 5 })
  })

  it('publishes again from the first when a publication failed', async () => {
    let refusals = 2
    const { bus, taken } = recordingBus(async () => {
      if (refusals-- > 0) throw new Error('the bus is away')
    })
    const { faults } = startCopy(database, bus)
    await appendAll(300)
    await vi.waitUntil(async () => (await left()) === 0, soon)
    expect(faults.length).toBeGreaterThan(0)
    expect(firstTimes(taken).map(versionOf)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1))
  })

  it('keeps an event until the bus has it', async () => {
    const published = deferred()
    const { bus, taken } = recordingBus(() => published.promise)
    startCopy(database, bus)
    await appendAll(3)
    await expect(vi.waitUntil(async () => (await left()) === 0, { timeout: 300, interval: 20 })).rejects.toThrow()
    expect(await left()).toBe(3)
    published.resolve()
    await vi.waitUntil(async () => (await left()) === 0, soon)
    expect(taken).toHaveLength(3)
  })

  it('has one leader among many copies, and another within seconds when its connection dies', async () => {
    const copies = await Promise.all([1, 2, 3].map(() => connect(3)))
    const recordings = copies.map(() => recordingBus())
    for (const [index, copy] of copies.entries()) startCopy(copy, recordings[index]?.bus ?? expect.fail())
    await appendAll(50)
    await vi.waitUntil(async () => (await left()) === 0, soon)
    expect(recordings.map(({ taken }) => taken.length).sort((a, b) => a - b)).toEqual([0, 0, 50])

    const { holdersOf, kill } = wordsOf(database)
    const leaders = () => queryRows<{ connection: number }>(database, holdersOf('relay', database))
    const [leader] = await leaders()
    await queryRows(database, kill(leader?.connection ?? expect.fail('nobody leads')))
    const began = performance.now()
    await appendAll(50)
    await vi.waitUntil(async () => (await left()) === 0, soon)
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(await leaders()).toHaveLength(1)
    expect(new Set(recordings.flatMap(({ taken }) => taken.map(({ id }) => id))).size).toBe(100)
    for (const stop of stops.splice(0)) await stop()
    for (const copy of copies) await copy.destroy()
  })

  it('has another leader within seconds when the one before was stopped, and did not die', async () => {
    const stopped = await tryLock(database, 'relay', 1_000)
    const { bus, taken } = recordingBus()
    startCopy(database, bus)
    await appendAll(5)
    await vi.waitUntil(() => taken.length === 5, soon)
    await stopped?.release()
  })

  it('carries what another process appended, without hearing of it', async () => {
    const { bus, taken } = recordingBus()
    startCopy(database, bus)
    await appendAll(1)
    await vi.waitUntil(() => taken.length === 1, soon)
    await queryRows(database, `INSERT INTO outbox (event) VALUES ($1)`, [{ ...taken[0], id: randomUUID() }])
    await vi.waitUntil(() => taken.length === 2, soon)
  })

  it('carries nothing of a transaction that was rolled back', async () => {
    const { bus, taken } = recordingBus()
    startCopy(database, bus)
    const undone = inTransaction(database, async (tx) => {
      await append(tx, randomUUID(), 1)
      throw new Error('refused after all')
    })
    await expect(undone).rejects.toThrow('refused after all')
    await appendAll(1)
    await vi.waitUntil(async () => (await left()) === 0, soon)
    expect(taken).toHaveLength(1)
  })

  it('stops within seconds although a publication never ends', async () => {
    const { bus } = recordingBus(() => new Promise(() => undefined))
    const { stop } = startCopy(database, bus)
    await appendAll(1)
    await vi.waitUntil(async () => (await left()) === 1, soon)
    const began = performance.now()
    await stop()
    expect(performance.now() - began).toBeLessThan(5_000)
  })
}

/** An event may be carried twice: its first time is its place. */
const firstTimes = (events: readonly AnyEvent[]): AnyEvent[] => [
  ...new Map(events.map((each) => [each.id, each])).values(),
]
