import { randomUUID } from 'node:crypto'
import { describeOn } from '@caregraph/engines/testing'
import { Partitioners } from 'kafkajs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AnyEvent } from './event.js'
import { anEvent } from './event-bus.suite.js'
import type { KafkaBus } from './kafka-bus.js'
import type { Progress } from './kafka-reading.js'
import { type OwnTopics, ownTopics } from './kafka-testing.js'

const topic = 'patient-events'
const idsOf = (events: readonly AnyEvent[]) => events.map(({ id }) => id).sort()

await describeOn('kafka', 'topics on Kafka', (url) => {
  let topics: OwnTopics
  let bus: KafkaBus
  beforeEach(() => {
    topics = ownTopics(url)
    bus = topics.openBus()
  })
  afterEach(() => topics.forget())

  async function write(...values: (string | null)[]): Promise<void> {
    const producer = topics.stranger.producer({ createPartitioner: Partitioners.DefaultPartitioner })
    await producer.connect()
    await producer.send({
      topic: topics.prefix + topic,
      messages: values.map((value) => ({ key: randomUUID(), value })),
    })
    await producer.disconnect()
  }

  describe('read from the first to where they end', () => {
    it('hand over every event once, those of a subject in their order, and count what was no event', async () => {
      const subjects = Array.from({ length: 20 }, () => randomUUID())
      const events = Array.from({ length: 2_000 }, (_, version) => anEvent(subjects[version % 20], version))
      await bus.publish(topic, events)
      await write('no event', null)
      const read: AnyEvent[] = []
      const steps: Progress[] = []
      const onProgress = (step: Progress) => void steps.push(step)
      await bus.replay([topic, 'doctor-events'], async (some) => void read.push(...some), { onProgress })
      expect(idsOf(read)).toEqual(idsOf(events))
      for (const subject of subjects) {
        const inOrder = (all: readonly AnyEvent[]) => all.filter((event) => event.subject === subject)
        expect(inOrder(read)).toEqual(inOrder(events))
      }
      expect(steps.at(-1)).toEqual({ read: 2_002, total: 2_002 })
      expect(steps).toEqual(steps.toSorted((one, other) => one.read - other.read))
    })

    it('end there, though events come all the time', async () => {
      const before = Array.from({ length: 300 }, () => anEvent())
      await bus.publish(topic, before)
      const after: AnyEvent[] = []
      const read: AnyEvent[] = []
      await bus.replay([topic], async (some) => {
        const event = anEvent()
        after.push(event)
        await bus.publish(topic, [event])
        read.push(...some)
      })
      expect(after.length).toBeGreaterThan(0)
      expect(idsOf(read)).toEqual(idsOf(before))
    })

    it('hand over nothing where nothing was ever told', async () => {
      await bus.replay([topic], async () => expect.fail('nothing is there'))
    })

    it('reject with what their taker rejected with, and give him no more', async () => {
      await bus.publish(
        topic,
        Array.from({ length: 100 }, () => anEvent()),
      )
      let taken = 0
      const take = async () => {
        taken++
        throw new TypeError('the database is away')
      }
      await expect(bus.replay([topic], take)).rejects.toThrow('the database is away')
      const atOnce = taken
      await bus.publish(topic, [anEvent()])
      expect(taken).toBe(atOnce)
    })

    it('are left at once when the signal says so', async () => {
      await bus.publish(topic, [anEvent()])
      const interrupted = new AbortController()
      const take = async () => interrupted.abort(new Error('interrupted'))
      await expect(bus.replay([topic], take, interrupted)).rejects.toThrow('interrupted')
      await expect(
        bus.replay([topic], async () => expect.fail('it was interrupted before'), interrupted),
      ).rejects.toThrow('interrupted')
    })
  })

  it('list what is no event with its reason and where it stood', async () => {
    expect(await bus.poisonOf('billing')).toEqual([])
    await bus.subscribe({ group: 'billing', topics: [topic], handle: async () => undefined })
    await write('no event', null)
    await vi.waitUntil(async () => (await bus.poisonOf('billing')).length === 2, { timeout: 20_000, interval: 100 })
    const origin = {
      group: 'billing',
      topic: topics.prefix + topic,
      partition: expect.any(Number),
      offset: expect.any(String),
    }
    expect(await bus.poisonOf('billing')).toEqual(
      expect.arrayContaining([
        { ...origin, reason: 'not JSON' },
        { ...origin, reason: 'no value' },
      ]),
    )
    expect(await bus.poisonOf('analytics')).toEqual([])
  })
})
