import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { connectDatabase, type Database, inTransaction, queryRows } from '@caregraph/database'
import { testDatabase } from '@caregraph/database/testing'
import { engines, killEngine, runningEngine, startEngine } from '@caregraph/engines'
import { describeOn, ownEngine } from '@caregraph/engines/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EventBus, Stop } from './bus.js'
import { startConsumer } from './consumer.js'
import type { KafkaBus } from './kafka-bus.js'
import { type OwnTopics, ownTopics } from './kafka-testing.js'
import { appendEvent, outboxTable } from './outbox.js'
import { inboxTable, postgresInbox } from './postgres-inbox.js'
import { startRelay } from './relay.js'

const soon = { timeout: 60_000, interval: 50 }
const isNone = ({ events }: { events: number }) => events === 0
const own = await ownEngine('kafka')

await describeOn('kafka', 'from outbox to effect over Kafka', (url) => {
  let server: Awaited<ReturnType<typeof testDatabase>>
  let database: Database
  let topics: OwnTopics
  const stops: Stop[] = []
  beforeEach(async () => {
    topics = ownTopics(url)
    server = await testDatabase()
    database = await connectDatabase({
      url: server.url,
      tables: { entities: [], migrations: [outboxTable, inboxTable] },
      poolSize: 20,
      onConnectionError: () => undefined,
    })
    await queryRows(
      database,
      'CREATE TABLE effects (place bigint GENERATED ALWAYS AS IDENTITY, subject uuid NOT NULL, version integer NOT NULL)',
    )
  })
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop()
    await topics.forget()
    await database.destroy()
    await server.drop()
  })

  function startOwner(): void {
    const bus = topics.openBus()
    const stop = startRelay({ database, topic: 'patient-events', bus, onFault: () => undefined })
    stops.push(stop)
  }

  /** A copy of the consumer, in a group that may be another than its name says: then it is given the whole topic again. */
  async function startCopy(group = 'billing'): Promise<{ bus: KafkaBus; leave: Stop }> {
    const bus = topics.openBus()
    const grouped: EventBus = { ...bus, subscribe: (subscription) => bus.subscribe({ ...subscription, group }) }
    const stop = await startConsumer({
      name: 'billing',
      inbox: postgresInbox(database, 'billing'),
      bus: grouped,
      handlers: {
        PatientUpdated: async ({ subject, data }, tx) =>
          void (await tx.query('INSERT INTO effects (subject, version) VALUES ($1, $2)', [subject, data.version])),
      },
      now: () => new Date(),
      onDeadLetter: () => undefined,
      onFault: () => undefined,
    })
    const leave = async () => {
      await stop()
      await bus.close()
    }
    stops.push(leave)
    return { bus, leave }
  }

  const subjects = Array.from({ length: 20 }, () => randomUUID())

  /** Acts of twenty patients, each the next version of one of them. */
  async function act(count: number, pauseMilliseconds = 0): Promise<void> {
    for (let version = 1; version <= count / subjects.length; version++) {
      for (const subject of subjects) {
        await inTransaction(database, (tx) =>
          appendEvent(tx, 'PatientUpdated', subject, { patientId: subject, version }, new Date()),
        )
        if (pauseMilliseconds > 0) await delay(pauseMilliseconds)
      }
    }
  }

  const countOf = async (table: string) =>
    Number((await queryRows<{ count: unknown }>(database, `SELECT count(*) FROM ${table}`))[0]?.count)

  /** None lost, none doubled, and those of each patient in their order. */
  async function expectEffects(count: number): Promise<void> {
    await vi.waitUntil(async () => (await countOf('effects')) >= count && (await countOf('outbox')) === 0, soon)
    const effects = await queryRows<{ subject: string; version: number }>(
      database,
      'SELECT subject, version FROM effects ORDER BY place',
    )
    const inOrder = Array.from({ length: count / subjects.length }, (_, index) => index + 1)
    for (const subject of subjects) {
      expect(effects.filter((each) => each.subject === subject).map(({ version }) => version)).toEqual(inOrder)
    }
  }

  it('effects are there once when the whole topic comes three times more', async () => {
    startOwner()
    await startCopy()
    await act(400)
    await expectEffects(400)
    const replays = await Promise.all(['second', 'third', 'fourth'].map((group) => startCopy(group)))
    const isOver = async () => (await Promise.all(replays.map(({ bus }) => bus.lag()))).flat().every(isNone)
    await vi.waitUntil(isOver, soon)
    await expectEffects(400)
  })

  it('effects are there once while consumers come and go every second', async () => {
    startOwner()
    await startCopy()
    let isOver = false
    const comingAndGoing = (async () => {
      while (!isOver) {
        const { leave } = await startCopy()
        await delay(1_000)
        await leave()
      }
    })()
    await act(2_000, 4)
    isOver = true
    await comingAndGoing
    await expectEffects(2_000)
  })

  describe.skipIf(own === undefined)('with a Kafka that may be killed', () => {
    const kafka = own ?? engines.kafka

    it.each([0, 10])(
      'effects are there once when it is killed amid the acts and is away for %i s',
      async (seconds) => {
        startOwner()
        await startCopy()
        await startCopy()
        const acts = act(2_000, 2)
        await vi.waitUntil(async () => (await countOf('effects')) > 100, soon)
        await killEngine(kafka)
        await delay(seconds * 1_000)
        await startEngine(kafka)
        await acts
        await expectEffects(2_000)
      },
      120_000,
    )

    it('effects are there once when it swallows everything without a word for 15 s', async () => {
      startOwner()
      await startCopy()
      await startCopy()
      const acts = act(2_000, 2)
      await vi.waitUntil(async () => (await countOf('effects')) > 100, soon)
      const { pid } = (await runningEngine(kafka)) ?? expect.fail('it does not run')
      process.kill(pid, 'SIGSTOP')
      try {
        await delay(15_000)
      } finally {
        process.kill(pid, 'SIGCONT')
      }
      await acts
      await expectEffects(2_000)
    }, 120_000)
  })
})
