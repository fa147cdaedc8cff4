import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { describeOn } from '@caregraph/engines/testing'
import { type IHeaders, type Message, Partitioners } from 'kafkajs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AnyEvent } from './event.js'
import { anEvent, eventBusSuite } from './event-bus.suite.js'
import type { KafkaBus, Poison } from './kafka-bus.js'
import { type OwnTopics, ownTopics, sevenPoisons } from './kafka-testing.js'

const soon = { timeout: 30_000, interval: 20 }
const topic = 'patient-events'

await describeOn('kafka', 'Kafka', (url) => {
  eventBusSuite('Kafka', async () => {
    const topics = ownTopics(url)
    return { bus: topics.openBus(), close: topics.forget }
  })

  describe('the bus on Kafka', () => {
    let topics: OwnTopics
    let bus: KafkaBus
    let poison: Poison[]
    let faults: unknown[]
    let stopped: unknown[]
    beforeEach(() => {
      topics = ownTopics(url)
      poison = []
      faults = []
      stopped = []
      bus = topics.openBus({
        onPoison: (each) => poison.push(each),
        onFault: (fault) => faults.push(fault),
        onStopped: (fault) => stopped.push(fault),
      })
    })
    afterEach(() => topics.forget())

    it('puts seven kinds of poison among 2,000 events into the dead letters, and handles all the events', async () => {
      const handled: string[] = []
      await bus.subscribe({ group: 'billing', topics: [topic], handle: async ({ id }) => void handled.push(id) })
      const events = Array.from({ length: 2_000 }, () => anEvent())
      const messages: Message[] = events.map((event) => ({ key: event.subject, value: JSON.stringify(event) }))
      for (const [index, value] of sevenPoisons().entries()) {
        messages.splice(index * 280 + 50, 0, { key: randomUUID(), value })
      }
      await write(messages)
      await vi.waitUntil(() => handled.length >= events.length && poison.length >= 7, soon)

      expect(handled.sort()).toEqual(events.map(({ id }) => id).sort())
      expect(poison.map(({ reason }) => reason).sort()).toMatchInlineSnapshot(`
        [
          "PatientUpdated: / must not have additional properties",
          "no value",
          "not JSON",
          "not JSON",
          "not JSON",
          "not an event of the catalogue",
          "not an event of the catalogue",
        ]
      `)
      const letters = await deadLetters(7)
      expect(letters).toHaveLength(7)
      for (const { group, ...origin } of poison) {
        const headers = { ...origin, partition: String(origin.partition) }
        expect(letters.map((letter) => letter.headers)).toContainEqual(headers)
      }
      const values = letters.map(({ value }) => value?.toString('hex') ?? null)
      const sent = sevenPoisons().map((value) => (value === null ? null : Buffer.from(value).toString('hex')))
      expect(values.sort()).toEqual(sent.sort())
    })

    it('hands an event whose handler outlasts the session to nobody a second time', async () => {
      let begun = 0
      const ended: AnyEvent[] = []
      const handle = async (event: AnyEvent) => {
        begun++
        await delay(8_000)
        ended.push(event)
      }
      await bus.subscribe({ group: 'billing', topics: [topic], handle })
      const neighbour = topics.openBus()
      await neighbour.subscribe({ group: 'billing', topics: [topic], handle })
      await bus.publish(topic, [anEvent()])
      await vi.waitUntil(() => ended.length === 1, soon)
      await vi.waitUntil(async () => (await lag()) === 0, soon)
      expect([begun, faults]).toEqual([1, []])
    })

    it('lets the other partitions go on while the handler of one fails, and counts what waits', async () => {
      let isAway = true
      const [stuck, ...others] = [anEvent(), ...Array.from({ length: 60 }, () => anEvent())]
      const handled: string[] = []
      await bus.subscribe({
        group: 'billing',
        topics: [topic],
        handle: async ({ id }) => {
          if (id === stuck.id && isAway) throw new Error('the database is away')
          handled.push(id)
        },
      })
      await bus.publish(topic, [stuck])
      await vi.waitUntil(() => faults.length > 1, soon)
      await bus.publish(topic, others)
      // A sixth of the keys or so are behind the one that is stuck.
      await vi.waitUntil(() => handled.length > others.length / 2, soon)
      await vi.waitUntil(async () => (await lag()) === 1 + others.length - handled.length, soon)
      isAway = false
      await vi.waitUntil(() => handled.length === 1 + others.length, soon)
      await vi.waitUntil(async () => (await lag()) === 0, soon)
    })

    it('tells that a consumer has stopped for good', async () => {
      await bus.publish(topic, [anEvent()])
      const stranger = topics.stranger.consumer({
        groupId: `${topics.prefix}billing`,
        partitionAssigners: [
          () => ({
            name: 'another way',
            version: 1,
            assign: async () => [],
            protocol: () => ({ name: 'another way', metadata: Buffer.alloc(0) }),
          }),
        ],
      })
      await stranger.connect()
      await stranger.subscribe({ topic: topics.prefix + topic })
      await stranger.run({ eachMessage: async () => undefined })
      await bus.subscribe({ group: 'billing', topics: [topic], handle: async () => undefined })
      await vi.waitUntil(() => stopped.length === 1, soon)
      await stranger.disconnect()
    })

    it('has the place of who listens kept from the first, so that he misses nothing when his consumer begins anew', async () => {
      await bus.publish(
        topic,
        Array.from({ length: 50 }, () => anEvent()),
      )
      await bus.tail([topic], () => undefined)
      const admin = topics.stranger.admin()
      await admin.connect()
      const { groups } = await admin.listGroups()
      const own = groups.find(({ groupId }) => groupId.startsWith(`${topics.prefix}tail-`))
      const [kept] = await admin.fetchOffsets({ groupId: own?.groupId ?? '', topics: [topics.prefix + topic] })
      const ends = await admin.fetchTopicOffsets(topics.prefix + topic)
      await admin.disconnect()
      const placesOf = (all: readonly { partition: number; offset: string }[] = []) =>
        all.map(({ partition, offset }) => `${partition}: ${offset}`).sort()
      expect(placesOf(kept?.partitions)).toEqual(placesOf(ends))
    })

    it('has left within seconds', async () => {
      await bus.subscribe({ group: 'billing', topics: [topic], handle: async () => undefined })
      const stop = await bus.tail([topic], () => undefined)
      const began = performance.now()
      await Promise.all([stop(), bus.close()])
      expect(performance.now() - began).toBeLessThan(3_000)
    })

    const lag = async () => (await bus.lag()).reduce((sum, { events }) => sum + events, 0)

    async function write(messages: Message[]): Promise<void> {
      const producer = topics.stranger.producer({ createPartitioner: Partitioners.DefaultPartitioner })
      await producer.connect()
      await producer.send({ topic: topics.prefix + topic, messages })
      await producer.disconnect()
    }

    async function deadLetters(count: number) {
      const letters: { value: Buffer | null; headers: Record<string, string> }[] = []
      const consumer = topics.stranger.consumer({ groupId: `${topics.prefix}reader` })
      await consumer.connect()
      await consumer.subscribe({ topic: `${topics.prefix}billing-dead-letters`, fromBeginning: true })
      await consumer.run({
        eachMessage: async ({ message }) =>
          void letters.push({ value: message.value, headers: textsOf(message.headers ?? {}) }),
      })
      await vi.waitUntil(() => letters.length >= count, soon)
      await consumer.disconnect()
      return letters
    }
  })
})

const textsOf = (headers: IHeaders) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
