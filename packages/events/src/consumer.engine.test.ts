import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { describeOn, type Way, wayTo } from '@caregraph/engines/testing'
import { type Message, Partitioners } from 'kafkajs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EventBus, Stop } from './bus.js'
import { startConsumer } from './consumer.js'
import type { AnyEvent } from './event.js'
import { anEvent } from './event-bus.suite.js'
import type { Inbox } from './inbox.js'
import { type InboxUnderTest, inboxInMongo, inboxInPostgres, type Through } from './inbox-testing.js'
import type { KafkaBus } from './kafka-bus.js'
import { type OwnTopics, ownTopics, sevenPoisons } from './kafka-testing.js'

const topic = 'patient-events'
const soon = { timeout: 150_000, interval: 100 }
const idsOf = (events: readonly AnyEvent[]) => events.map(({ id }) => id).sort()
const isNone = ({ events }: { events: number }) => events === 0

await describeOn('kafka', 'Kafka', async (broker) => {
  effectsOverKafka(broker, 'PostgreSQL', inboxInPostgres)
  await describeOn('mongodb', 'MongoDB', (server) => {
    effectsOverKafka(broker, 'MongoDB', (through) => inboxInMongo(server, through))
  })
})

function effectsOverKafka<Tx>(
  broker: string,
  database: string,
  open: (through: Through) => Promise<InboxUnderTest<Tx>>,
): void {
  describe(`effects of what comes over Kafka, in ${database}`, () => {
    let topics: OwnTopics
    let way: Way
    let opened: InboxUnderTest<Tx>
    let inbox: Inbox<Tx>
    let letters: unknown[]
    const stops: Stop[] = []
    beforeEach(async () => {
      topics = ownTopics(broker)
      opened = await open(async (url) => {
        way = await wayTo(url)
        return way.url
      })
      inbox = await opened.inboxOf('billing')
      letters = []
    })
    afterEach(async () => {
      for (const stop of stops.splice(0).reverse()) await stop()
      await topics.forget()
      await opened.close()
      await way.stop()
    })

    /** A copy of the consumer, in a group that may be another than its name says: then it is given the whole topic again. */
    async function startCopy(before: (event: AnyEvent) => Promise<void>, group = 'billing') {
      const bus = topics.openBus()
      const grouped: EventBus = { ...bus, subscribe: (subscription) => bus.subscribe({ ...subscription, group }) }
      const stop = await startConsumer<Tx>({
        ...{ name: 'billing', inbox, bus: grouped, now: () => new Date() },
        handlers: {
          PatientUpdated: async (event, tx) => {
            await before(event)
            await opened.takeEffect(tx, event, 'billing')
          },
        },
        retryMilliseconds: [50, 50, 50],
        onDeadLetter: (letter) => letters.push(letter),
        onFault: () => undefined,
      })
      const leave = async () => {
        await stop()
        await bus.close()
      }
      stops.push(leave)
      return { bus, leave }
    }

    const isOver = async (bus: KafkaBus) => (await bus.lag()).every(isNone)
    const areThere = async (count: number) => (await opened.effects()).length >= count

    it('are there once: amid poison and lost acknowledgements, with handlers that fail or are slow, while copies come and go, and when the topic comes thrice more', async () => {
      const events = Array.from({ length: 2_000 }, () => anEvent())
      const failing = new Set(events.filter((_, index) => index % 40 === 7).map(({ id }) => id))
      const slow = new Set(events.filter((_, index) => index % 200 === 11).map(({ id }) => id))
      const handle = async ({ id }: AnyEvent) => {
        if (failing.delete(id)) throw new Error('not at the first try')
        if (slow.has(id)) await delay(400)
      }
      const { bus } = await startCopy(handle)
      await startCopy(handle)
      let isPublished = false
      const comingAndGoing = (async () => {
        while (!isPublished) {
          const { leave } = await startCopy(handle)
          await delay(700)
          await leave()
        }
      })()
      const poison = sevenPoisons()
      for (let from = 0; from < events.length; from += 50) {
        const some = events.slice(from, from + 50)
        await bus.publish(topic, some)
        // As the relay does whose acknowledgement was lost.
        if (from % 200 === 0) await bus.publish(topic, some)
        if (from % 250 === 0) await write(poison.pop())
      }
      isPublished = true
      await comingAndGoing
      await vi.waitUntil(() => areThere(events.length), soon)
      const replays = await Promise.all(
        ['second', 'third', 'fourth'].map((group) => startCopy(async () => undefined, group)),
      )
      for (const replay of replays) await vi.waitUntil(() => isOver(replay.bus), soon)
      await vi.waitUntil(() => isOver(bus), soon)

      expect((await opened.effects()).sort()).toEqual(idsOf(events))
      expect([letters, await inbox.deadLetters()]).toEqual([[], []])
      const places = (await bus.poisonOf('billing')).map(({ partition, offset }) => `${partition} ${offset}`)
      expect(new Set(places).size).toBe(7)
    }, 400_000)

    it('wait while the database is cut off, are tried in vain for no event, and are all there once soon after', async () => {
      const { bus } = await startCopy(async () => undefined)
      const before = Array.from({ length: 100 }, () => anEvent())
      await bus.publish(topic, before)
      await vi.waitUntil(() => areThere(before.length), soon)
      way.cut()
      const meanwhile = Array.from({ length: 200 }, () => anEvent())
      await bus.publish(topic, meanwhile)
      await delay(5_000)
      expect((await opened.effects()).sort()).toEqual(idsOf(before))
      way.pass()
      const all = [...before, ...meanwhile]
      await vi.waitUntil(() => areThere(all.length), soon)
      await vi.waitUntil(() => isOver(bus), soon)
      expect((await opened.effects()).sort()).toEqual(idsOf(all))
      expect([letters, await inbox.deadLetters(), await inbox.due(new Date(Date.now() + 60_000))]).toEqual([[], [], []])
    })

    async function write(value: Message['value'] | undefined): Promise<void> {
      if (value === undefined) return
      const producer = topics.stranger.producer({ createPartitioner: Partitioners.DefaultPartitioner })
      await producer.connect()
      await producer.send({ topic: topics.prefix + topic, messages: [{ key: randomUUID(), value }] })
      await producer.disconnect()
    }
  })
}
