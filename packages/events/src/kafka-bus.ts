import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type Admin, Kafka, logLevel, type Message, Partitioners, type Producer } from 'kafkajs'
import type { EventBus, Stop } from './bus.js'
import { owners } from './catalogue.js'
import { type AnyEvent, readEvent } from './event.js'
import { consume, newConsumer, type Take } from './kafka-consumer.js'
import { lagOf, poisonOf, type ReadingOptions, replay, type TakeEvents } from './kafka-reading.js'
import { reopened } from './reopened.js'

export type { Progress } from './kafka-reading.js'

/** A message on a topic of events that is none of the catalogue, and where it stands. The reason never quotes it. */
export interface Poison {
  readonly group: string
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly reason: string
}

export interface KafkaBusOptions {
  /**
   * `kafka://host:port`; more brokers after commas. `/clinic` at the end stands before the names of all topics and
   * groups, where several clinics share a Kafka.
   */
  readonly url: string
  /** What the broker's logs call this process. */
  readonly clientId: string
  /** Called when a message was moved to the group's dead letters. */
  readonly onPoison: (poison: Poison) => void
  /** Called when something failed that is tried again. */
  readonly onFault: (error: unknown) => void
  /** Called when a consumer has stopped for good: the process has to become unready and exit. */
  readonly onStopped: (error: unknown) => void
}

/** How many events of a topic a group of this process has still to handle. */
export interface Lag {
  readonly group: string
  readonly topic: string
  readonly events: number
}

export interface KafkaBus extends EventBus {
  lag(): Promise<Lag[]>
  /**
   * Hands over all events that the topics hold at the moment of the call, from the first, as to a new group; what is no
   * event is left out. Rejects with what `take` rejected with, and with the reason of the signal.
   */
  replay(topics: readonly string[], take: TakeEvents, options?: ReadingOptions): Promise<void>
  /** What was moved to the dead letters of a group, as long as they are kept. */
  poisonOf(group: string): Promise<Poison[]>
  /** Stops whoever still subscribes or listens, and ends all connections. */
  close(): Promise<void>
}

/** A topic's keys would move to other partitions if the number changed, and the order of a subject with them. */
const partitions = 6
/** Events are kept for ever, as figures are rebuilt from them; what was none may hold anything, so it goes. */
const eventRetentionMilliseconds = -1
const deadLetterRetentionMilliseconds = 30 * 86_400_000

const lookForTopicsMilliseconds = 50
const triesToFindTopics = 200
const longestReason = 500
const partingMilliseconds = 1_000

/** The bus between processes: topics by owner, keys by subject, an offset committed only after its event was handled. */
export function createKafkaBus(options: KafkaBusOptions): KafkaBus {
  const [brokers = '', clinic = ''] = options.url.replace(/^kafka:\/\//, '').split('/')
  const kafka = new Kafka({
    clientId: options.clientId,
    brokers: brokers.split(','),
    // What matters of it is told by the callbacks.
    logLevel: logLevel.NOTHING,
    requestTimeout: 10_000,
    retry: { retries: 30, initialRetryTime: 100, maxRetryTime: 2_000 },
  })
  const named = (name: string) => (clinic === '' ? name : `${clinic}-${name}`)
  const eventTopics = owners.map((owner) => named(`${owner}-events`))
  const groups = new Map<string, readonly string[]>()
  const stops = new Set<Stop>()

  async function administer<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result> {
    const admin = kafka.admin()
    try {
      await admin.connect()
      return await work(admin)
    } finally {
      await admin.disconnect()
    }
  }

  const cluster = { kafka, named, administer }

  const makeTopics = (topics: readonly string[], retentionMilliseconds: number) =>
    administer(async (admin) => {
      await admin.createTopics({
        topics: topics.map((topic) => ({
          topic,
          numPartitions: partitions,
          // As many copies as the cluster's own settings say.
          replicationFactor: -1,
          configEntries: [{ name: 'retention.ms', value: String(retentionMilliseconds) }],
        })),
        waitForLeaders: false,
      })
      await untilServed(admin, topics)
    })

  const topicsMade = reopened(
    async () => {
      await makeTopics(eventTopics, eventRetentionMilliseconds)
      return eventTopics
    },
    async () => undefined,
  )
  const producers = reopened(openProducer, (producer) => producer.disconnect())

  async function openProducer(): Promise<Producer> {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    })
    await producer.connect()
    return producer
  }

  /**
   * After a failure the producer's count of its messages may differ from the broker's, for good: another one takes over.
   * The broker may also have come back without its topics.
   */
  async function send(topic: string, messages: Message[]): Promise<void> {
    const producer = await producers.get()
    try {
      await producer.send({ topic, messages, acks: -1 })
    } catch (error) {
      await Promise.all([producers.drop(producer), topicsMade.drop()])
      throw error
    }
  }

  function stopOnce(stop: Stop): Stop {
    const once = async () => {
      if (stops.delete(once)) await stop()
    }
    stops.add(once)
    return once
  }

  return {
    // The next batch overtakes one that is being retried.
    publicationsInFlight: 1,

    async publish(topic, events) {
      await topicsMade.get()
      await send(named(topic), events.map(messageOf))
    },

    async subscribe({ group, topics, handle }): Promise<Stop> {
      const deadLetters = named(`${group}-dead-letters`)
      await topicsMade.get()
      await makeTopics([deadLetters], deadLetterRetentionMilliseconds)
      const consumer = newConsumer(kafka, named(group))
      const stop = stopOnce(async () => {
        groups.delete(group)
        await consumer.disconnect()
      })
      const take: Take = async (message, topic, partition) => {
        const event = readEvent(message.value)
        if (!(event instanceof Error)) return handle(event)
        const reason = event.message.slice(0, longestReason)
        const origin = { topic, partition: String(partition), offset: message.offset }
        await send(deadLetters, [{ key: message.key, value: message.value, headers: { reason, ...origin } }])
        options.onPoison({ group, topic, partition, offset: message.offset, reason })
      }
      return orStopped(stop, async () => {
        await consume(consumer, { ...options, topics: topics.map(named), fromBeginning: true }, take)
        groups.set(group, topics)
      })
    },

    async tail(topics, listen, onListening): Promise<Stop> {
      await topicsMade.get()
      // Only a group can listen, so each tail is a group that nobody else is in.
      const groupId = named(`tail-${randomUUID()}`)
      const consumer = newConsumer(kafka, groupId)
      const stop = stopOnce(async () => {
        await consumer.disconnect()
        // Kafka forgets an empty group by itself; one that is away keeps nobody from his end.
        const forgotten = administer((admin) => admin.deleteGroups([groupId])).catch(options.onFault)
        await Promise.race([forgotten, delay(partingMilliseconds, undefined, { ref: false })])
      })
      const heard = topics.map(named)
      return orStopped(stop, async () => {
        const ends = await administer((admin) => Promise.all(heard.map((topic) => admin.fetchTopicOffsets(topic))))
        await consume(consumer, { ...options, topics: heard, fromBeginning: false }, async (message) => {
          const event = readEvent(message.value)
          if (!(event instanceof Error)) listen(event)
        })
        // Where the topics ended when this was called: a group's own start is found later, and skips what came meanwhile.
        const places = heard.flatMap((topic, index) =>
          (ends[index] ?? []).map(({ partition, high: offset }) => ({ topic, partition, offset })),
        )
        for (const place of places) consumer.seek(place)
        // A consumer that kafkajs has to begin anew finds its place again, also where nothing has come yet.
        await consumer.commitOffsets(places)
        onListening?.()
      })
    },

    lag: () =>
      administer(async (admin) => {
        const lags = [...groups].flatMap(([group, topics]) =>
          topics.map(async (topic) => ({ group, topic, events: await lagOf(admin, named(group), named(topic)) })),
        )
        return Promise.all(lags)
      }),

    async replay(topics, take, options) {
      await topicsMade.get()
      await replay(cluster, topics, take, options)
    },

    poisonOf: (group) => poisonOf(cluster, group),

    async close() {
      await Promise.all([...stops].map((stop) => stop()))
      await producers.drop()
    },
  }
}

/** kafkajs joins again by itself what could not join, also when nobody knows of it any more. */
async function orStopped(stop: Stop, start: () => Promise<void>): Promise<Stop> {
  try {
    await start()
    return stop
  } catch (error) {
    await stop().catch(() => undefined)
    throw error
  }
}

/** A topic that was just made is served a moment later, and until then kafkajs fails where it should wait. */
async function untilServed(admin: Admin, topics: readonly string[]): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      for (const topic of topics) await admin.fetchTopicOffsets(topic)
      return
    } catch (error) {
      if (tries === triesToFindTopics) throw error
      await delay(lookForTopicsMilliseconds)
    }
  }
}

const messageOf = (event: AnyEvent): Message => ({
  key: event.subject,
  value: JSON.stringify(event),
  headers: { 'content-type': 'application/cloudevents+json' },
})
