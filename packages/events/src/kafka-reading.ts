import { randomUUID } from 'node:crypto'
import type { Admin, Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'
import { type AnyEvent, readEvent } from './event.js'
import type { Poison } from './kafka-bus.js'

/** How many messages of how many have been read. */
export interface Progress {
  readonly read: number
  readonly total: number
}

/** Takes events of one partition, in their order. */
export type TakeEvents = (events: readonly AnyEvent[]) => Promise<void>

type TakeMessages = (messages: readonly KafkaMessage[]) => Promise<void>

export interface ReadingOptions {
  /** Called after each batch that was taken. */
  readonly onProgress?: (progress: Progress) => void
  /** Ends the reading before its end. */
  readonly signal?: AbortSignal
}

/** A Kafka, and what a topic or group is called there. */
interface Cluster {
  readonly kafka: Kafka
  readonly named: (name: string) => string
  readonly administer: <Result>(work: (admin: Admin) => Promise<Result>) => Promise<Result>
}

const messagesAtOnce = 200
const partitionsAtOnce = 4
const sessionMilliseconds = 30_000
const heartbeatMilliseconds = 3_000

/** Where a partition is to be read from next, and where it ended when the reading began. */
interface Place {
  next: bigint
  readonly end: bigint
}

/** See `KafkaBus`. */
export function replay(
  cluster: Cluster,
  topics: readonly string[],
  take: TakeEvents,
  options?: ReadingOptions,
): Promise<void> {
  const takeMessages: TakeMessages = (messages) => take(messages.map(({ value }) => readEvent(value)).filter(isEvent))
  return readTopics(cluster, topics.map(cluster.named), takeMessages, options)
}

const isEvent = (read: AnyEvent | Error): read is AnyEvent => !(read instanceof Error)

/** See `KafkaBus`. */
export async function poisonOf(cluster: Cluster, group: string): Promise<Poison[]> {
  const topic = cluster.named(`${group}-dead-letters`)
  const isThere = (await cluster.administer((admin) => admin.listTopics())).includes(topic)
  const letters: Poison[] = []
  const takeMessages: TakeMessages = async (messages) => {
    for (const { headers } of messages) {
      const text = (name: string) => headers?.[name]?.toString() ?? ''
      const origin = { topic: text('topic'), partition: Number(text('partition')), offset: text('offset') }
      letters.push({ group, ...origin, reason: text('reason') })
    }
  }
  if (isThere) await readTopics(cluster, [topic], takeMessages)
  return letters
}

/**
 * Reads topics from their first message to where they end at the moment of the call. Rejects with what `take` rejected
 * with, and when the signal says so. The group is a new one: it commits nothing, so Kafka forgets it by itself.
 */
async function readTopics(
  { kafka, named, administer }: Cluster,
  topics: readonly string[],
  take: TakeMessages,
  { onProgress, signal }: ReadingOptions = {},
): Promise<void> {
  const places = await administer((admin) => placesOf(admin, topics))
  const unread = () => [...places.values()].some(({ next, end }) => next < end)
  if (!unread()) return
  const left = () => [...places.values()].reduce((sum, { next, end }) => sum + Number(end - next), 0)
  const total = left()

  const consumer = kafka.consumer({
    groupId: named(`reading-${randomUUID()}`),
    sessionTimeout: sessionMilliseconds,
    maxWaitTimeInMs: 250,
    allowAutoTopicCreation: false,
  })
  let isOver = false
  const read = async ({ batch, resolveOffset, heartbeat }: EachBatchPayload) => {
    const place = places.get(keyOf(batch))
    if (place === undefined) return
    // After a rebalance Kafka begins again with the first.
    const messages = batch.messages.filter(({ offset }) => isBetween(BigInt(offset), place))
    // However slow the database is that takes them. A rebalance makes a heartbeat fail, which the next fetch tells again.
    const beating = setInterval(() => void heartbeat().catch(() => undefined), heartbeatMilliseconds)
    try {
      for (let from = 0; from < messages.length && !isOver; from += messagesAtOnce) {
        const some = messages.slice(from, from + messagesAtOnce)
        await take(some)
        place.next = BigInt(some.at(-1)?.offset ?? 0) + 1n
        onProgress?.({ read: total - left(), total })
      }
    } finally {
      clearInterval(beating)
    }
    if (!isOver) resolveOffset(batch.lastOffset())
  }
  try {
    await new Promise<void>((resolve, reject) => {
      if (signal?.aborted) reject(signal.reason)
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      consumer.on('consumer.crash', ({ payload }) => reject(payload.error))
      const eachBatch = async (payload: EachBatchPayload) => {
        // To kafkajs an exception is a crash, which it would try again.
        if (!isOver) await read(payload).catch(reject)
        if (!unread()) resolve()
      }
      run(consumer, topics, eachBatch).catch(reject)
    })
  } finally {
    isOver = true
    await consumer.disconnect()
  }
}

async function run(
  consumer: Consumer,
  topics: readonly string[],
  eachBatch: (payload: EachBatchPayload) => Promise<void>,
): Promise<void> {
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: partitionsAtOnce,
    eachBatch,
  })
}

async function placesOf(admin: Admin, topics: readonly string[]): Promise<Map<string, Place>> {
  const places = new Map<string, Place>()
  for (const topic of topics) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      places.set(keyOf({ topic, partition }), { next: BigInt(low), end: BigInt(high) })
    }
  }
  return places
}

const keyOf = ({ topic, partition }: { topic: string; partition: number }) => `${topic}/${partition}`

const isBetween = (offset: bigint, { next, end }: Place) => offset >= next && offset < end

/** How many messages of a topic a group has still before it. */
export async function lagOf(admin: Admin, groupId: string, topic: string): Promise<number> {
  const [ends, [committed]] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchOffsets({ groupId, topics: [topic] }),
  ])
  const handled = new Map(committed?.partitions.map(({ partition, offset }) => [partition, offset]))
  return ends.reduce((sum, { partition, high, low }) => {
    const offset = handled.get(partition) ?? '-1'
    return sum + Number(BigInt(high) - BigInt(offset === '-1' ? low : offset))
  }, 0)
}
