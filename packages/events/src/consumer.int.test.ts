import { randomUUID } from 'node:crypto'
import { connectDatabase, type Database, queryRows, type Transaction } from '@caregraph/database'
import { testDatabase } from '@caregraph/database/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EventBus, Stop } from './bus.js'
import { type ConsumerOptions, startConsumer } from './consumer.js'
import { listDeadLetters, redriveDeadLetters } from './dead-letters.js'
import type { AnyEvent, CareEvent } from './event.js'
import { anEvent } from './event-bus.suite.js'
import { forgetOldEvents, Inbox1760000000003 } from './inbox.js'
import { createLocalBus } from './local-bus.js'

const soon = { timeout: 20_000, interval: 10 }
const triesBeforeDeath = 3

type Handle = (event: CareEvent<'PatientUpdated'>, tx: Transaction) => Promise<void>

let server: Awaited<ReturnType<typeof testDatabase>>
let database: Database
const stops: Stop[] = []
beforeEach(async () => {
  server = await testDatabase()
  database = await connectDatabase({
    url: server.url,
    tables: { entities: [], migrations: [Inbox1760000000003] },
    poolSize: 12,
    onConnectionError: () => undefined,
  })
  await queryRows(database, 'CREATE TABLE effects (place bigint GENERATED ALWAYS AS IDENTITY, event_id uuid NOT NULL)')
})
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
  await database.destroy()
  await server.drop()
})

/** A copy of a consumer on a bus of its own, as each process has one. */
async function startCopy(handle: Handle, options: Partial<ConsumerOptions> = {}) {
  const bus = createLocalBus()
  const letters: { eventId: string; reason: string }[] = []
  const faults: unknown[] = []
  const stop = await startConsumer({
    name: 'billing',
    database,
    bus,
    handlers: { PatientUpdated: handle },
    now: () => new Date(),
    retryMilliseconds: Array.from({ length: triesBeforeDeath - 1 }, () => 5),
    handlerMilliseconds: 300,
    onDeadLetter: (letter) => letters.push(letter),
    onFault: (fault) => faults.push(fault),
    ...options,
  })
  stops.push(stop)
  return { publish: (...events: AnyEvent[]) => bus.publish('patient-events', events), letters, faults, stop }
}

const takeEffect = (tx: Transaction, event: AnyEvent) =>
  tx.query('INSERT INTO effects (event_id) VALUES ($1)', [event.id])

const effects = async () =>
  (await queryRows<{ id: string }>(database, 'SELECT event_id AS id FROM effects ORDER BY place')).map(({ id }) => id)

const idsOf = (events: readonly AnyEvent[]) => events.map(({ id }) => id)

describe('an effect', () => {
  it('is there once, however often, from how many copies at once and in what order its event comes', async () => {
    const handle: Handle = async (event, tx) => void (await takeEffect(tx, event))
    const copies = [await startCopy(handle), await startCopy(handle)]
    const events = Array.from({ length: 60 }, () => anEvent())
    const deliveries = copies.flatMap(({ publish }) => [publish(...events), publish(...events.toReversed())])
    await Promise.all([...deliveries, ...copies.map(({ publish }) => publish(...events))])
    expect((await effects()).sort()).toEqual(idsOf(events).sort())
  })

  it('goes with the inbox entry or not at all: a handler that fails after it has left nothing', async () => {
    let tries = 0
    const { publish } = await startCopy(async (event, tx) => {
      await takeEffect(tx, event)
      if (++tries < triesBeforeDeath) throw new Error('after the effect')
    })
    const event = anEvent()
    await publish(event)
    await vi.waitUntil(() => tries === triesBeforeDeath, soon)
    await vi.waitUntil(async () => (await effects()).length > 0, soon)
    await publish(event)
    expect(await effects()).toEqual([event.id])
  })

  it('does not come from a handler that wakes up after its time', async () => {
    const late: Promise<unknown>[] = []
    let wake = (): void => undefined
    const woken = new Promise<void>((resolve) => {
      wake = resolve
    })
    const { publish, letters } = await startCopy((event, tx) => {
      const effect = woken.then(() => takeEffect(tx, event))
      late.push(effect)
      return effect.then(() => undefined)
    })
    await publish(anEvent())
    await vi.waitUntil(() => letters.length === 1, soon)
    wake()
    const settled = await Promise.allSettled(late)
    expect(settled.map(({ status }) => status)).toEqual(settled.map(() => 'rejected'))
    expect(await effects()).toEqual([])
  })

  it('is taken for the events that have a handler; others leave no trace', async () => {
    const { publish } = await startCopy(async (event, tx) => void (await takeEffect(tx, event)))
    const { id: patientId } = anEvent()
    await publish({ ...anEvent(), type: 'PatientArchived', data: { patientId } })
    expect(await queryRows(database, 'SELECT * FROM inbox')).toEqual([])
  })
})

describe('a handler that fails', () => {
  const failures: [kind: string, fail: (tx: Transaction) => Promise<unknown> | never, reason: RegExp][] = [
    ['throws an Error', () => Promise.reject(new Error('no tariff')), /^Error: no tariff$/],
    ['throws a TypeError', () => (undefined as unknown as { name: () => never }).name(), /^TypeError: /],
    ['throws a SyntaxError', async () => JSON.parse('{'), /^SyntaxError: /],
    ['throws a text', () => Promise.reject('Ada Lovelace'), /^thrown: string$/],
    ['throws nothing', () => Promise.reject(undefined), /^thrown: undefined$/],
    ['throws what cannot be read', () => Promise.reject(Object.create(null)), /^thrown: object$/],
    ['throws a text that no database keeps', () => Promise.reject(new Error('a\0b\uD800')), /^Error: a.?b/],
    ['throws a very long text', () => Promise.reject(new Error('x'.repeat(100_000))), /^Error: x{400,500}$/],
    ['is refused by the database', (tx) => tx.query('SELECT 1 / 0'), /division by zero/],
    ['swallows what the database refused', (tx) => tx.query('SELECT 1 / 0').catch(() => 0), /transaction is aborted/],
    ['never ends', () => new Promise(() => undefined), /^Error: no end after 300 ms$/],
  ]

  it.each(failures)(
    'that %s is tried three times, then dead with its reason, and delays nobody',
    async (_, fail, reason) => {
      const bad = anEvent()
      const good = Array.from({ length: 40 }, () => anEvent())
      let tries = 0
      const { publish, letters, faults } = await startCopy(async (event, tx) => {
        if (event.id !== bad.id) return void (await takeEffect(tx, event))
        tries++
        await fail(tx)
      })
      await publish(...good.slice(0, 20), bad, ...good.slice(20))
      await vi.waitUntil(() => letters.length === 1, soon)

      expect(tries).toBe(triesBeforeDeath)
      expect(letters).toEqual([
        { consumer: 'billing', eventId: bad.id, type: 'PatientUpdated', reason: expect.stringMatching(reason) },
      ])
      expect(await listDeadLetters(database)).toMatchObject([
        {
          consumer: 'billing',
          eventId: bad.id,
          type: 'PatientUpdated',
          subject: bad.subject,
          tries: triesBeforeDeath,
          reason: letters[0]?.reason,
        },
      ])
      expect((await effects()).sort()).toEqual(idsOf(good).sort())
      expect(faults).toEqual([])
    },
  )

  it('among many of its kind keeps none of the good ones waiting', async () => {
    const bad = new Set(Array.from({ length: 50 }, () => randomUUID()))
    const { publish, letters } = await startCopy(async (event, tx) => {
      if (bad.has(event.subject as never)) throw new Error('poison')
      await takeEffect(tx, event)
    })
    const events = [...bad].flatMap((subject) => [anEvent(subject), anEvent(), anEvent(), anEvent()])
    await publish(...events)
    expect(await effects()).toHaveLength(150)
    await vi.waitUntil(() => letters.length === 50, soon)
  })

  it('keeps the later events of its subject waiting, in their order, until it is done', async () => {
    const subject = randomUUID()
    const events = [1, 2, 3, 4].map((version) => anEvent(subject, version))
    let refusals = triesBeforeDeath - 1
    const { publish, letters } = await startCopy(async (event, tx) => {
      if (event.data.version === 2 && refusals-- > 0) throw new Error('not yet')
      await takeEffect(tx, event)
    })
    await publish(...events)
    await vi.waitUntil(async () => (await effects()).length === 4, soon)
    expect(await effects()).toEqual(idsOf(events))
    expect(letters).toEqual([])
  })

  it('lets the later events of its subject go on in their order once it is dead', async () => {
    const subject = randomUUID()
    const events = [1, 2, 3, 4].map((version) => anEvent(subject, version))
    const { publish, letters } = await startCopy(async (event, tx) => {
      if (event.data.version === 2) throw new Error('never')
      await takeEffect(tx, event)
    })
    await publish(...events)
    await vi.waitUntil(async () => (await effects()).length === 3, soon)
    expect(letters).toHaveLength(1)
    expect(await effects()).toEqual(idsOf(events.filter((_, index) => index !== 1)))
    const last = anEvent(subject, 5)
    await publish(last)
    expect((await effects()).at(-1)).toBe(last.id)
  })

  it('is not one whose database connection was cut: that costs no try', async () => {
    let cuts = 5
    const { publish, letters } = await startCopy(async (event, tx) => {
      if (cuts-- > 0) await tx.query('SELECT pg_terminate_backend(pg_backend_pid())')
      await takeEffect(tx, event)
    })
    const event = anEvent()
    await publish(event)
    expect(await effects()).toEqual([event.id])
    expect(letters).toEqual([])
  })

  it('is not one that the database asked to try again', async () => {
    let conflicts = 2
    const { publish, letters } = await startCopy(async (event, tx) => {
      if (conflicts-- > 0) await tx.query(`DO $$ BEGIN RAISE 'again' USING ERRCODE = '40P01'; END $$`)
      await takeEffect(tx, event)
    })
    const event = anEvent()
    await publish(event)
    expect(await effects()).toEqual([event.id])
    expect(letters).toEqual([])
  })
})

describe('a dead letter', () => {
  /** A consumer whose handler fails until it is mended, and an event that died of it. */
  async function aDeadLetter() {
    const mended = { isMended: false }
    const handle: Handle = async (event, tx) => {
      if (!mended.isMended) throw new Error('no tariff')
      await takeEffect(tx, event)
    }
    const copies = [await startCopy(handle), await startCopy(handle)] as const
    const event = anEvent()
    await copies[0].publish(event)
    await vi.waitUntil(async () => (await listDeadLetters(database)).length === 1, soon)
    return { event, mended, copies }
  }

  it('takes effect once when it is redriven, also among several copies and when it comes once more', async () => {
    const { event, mended, copies } = await aDeadLetter()
    mended.isMended = true
    expect(await redriveDeadLetters(database, event.id)).toBe(1)
    await vi.waitUntil(async () => (await effects()).length > 0, soon)
    await Promise.all(copies.map(({ publish }) => publish(event)))
    expect(await redriveDeadLetters(database, event.id)).toBe(0)
    expect(await effects()).toEqual([event.id])
    expect(await listDeadLetters(database)).toEqual([])
  })

  it('is not brought back by another delivery', async () => {
    const { event, mended, copies } = await aDeadLetter()
    mended.isMended = true
    await Promise.all(copies.map(({ publish }) => publish(event)))
    expect(await effects()).toEqual([])
    expect(await listDeadLetters(database)).toHaveLength(1)
  })

  it('gets a whole new row of tries, and dies again of its new reason', async () => {
    const { event } = await aDeadLetter()
    await redriveDeadLetters(database)
    await vi.waitUntil(async () => (await listDeadLetters(database)).length === 1, soon)
    expect(await listDeadLetters(database)).toMatchObject([
      { eventId: event.id, tries: triesBeforeDeath, reason: 'Error: no tariff' },
    ])
  })

  it('is redriven alone, or with all others', async () => {
    const { copies } = await aDeadLetter()
    await copies[0].publish(anEvent(), anEvent())
    await vi.waitUntil(async () => (await listDeadLetters(database)).length === 3, soon)
    expect(await redriveDeadLetters(database, randomUUID())).toBe(0)
    expect(await redriveDeadLetters(database)).toBe(3)
  })
})

describe('the inbox', () => {
  it('forgets what was done long ago, and keeps what waits for a person', async () => {
    const { publish, letters } = await startCopy(async ({ data }) => {
      if (data.version === 13) throw new Error('unlucky')
    })
    await publish(anEvent(randomUUID(), 13), anEvent())
    await vi.waitUntil(() => letters.length === 1, soon)
    await forgetOldEvents(database, 'billing', new Date(Date.now() + 1_000))
    expect(await queryRows(database, 'SELECT state FROM inbox')).toEqual([{ state: 'dead' }])
  })

  it('belongs to one consumer: another takes its own effect of the same event', async () => {
    const handle: Handle = async (event, tx) => void (await takeEffect(tx, event))
    const [billing, analytics] = [await startCopy(handle), await startCopy(handle, { name: 'analytics' })]
    const event = anEvent()
    await Promise.all([billing.publish(event), analytics.publish(event)])
    expect(await effects()).toEqual([event.id, event.id])
  })
})

describe('a consumer', () => {
  it('ends what it has in hand before it has stopped', async () => {
    let mayEnd = (): void => undefined
    const end = new Promise<void>((resolve) => {
      mayEnd = resolve
    })
    let began = 0
    const { publish, stop } = await startCopy(
      async (event, tx) => {
        began++
        await end
        await takeEffect(tx, event)
      },
      { handlerMilliseconds: 10_000 },
    )
    const event = anEvent()
    void publish(event)
    await vi.waitUntil(() => began === 1, soon)
    const stopped = stop()
    mayEnd()
    await stopped
    expect(await effects()).toEqual([event.id])
  })

  it('asks the bus for the topics of its handlers, each once', async () => {
    const asked: string[][] = []
    const bus: EventBus = {
      ...createLocalBus(),
      subscribe: async ({ topics }) => {
        asked.push([...topics])
        return async () => undefined
      },
    }
    const nothing = async () => undefined
    await startCopy(nothing, {
      bus,
      handlers: { PatientUpdated: nothing, PatientArchived: nothing, AppointmentBooked: nothing },
    })
    expect(asked).toEqual([['patient-events', 'appointment-events']])
  })
})
