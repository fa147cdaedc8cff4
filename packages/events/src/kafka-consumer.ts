import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'

const partitionsAtOnce = 4
const heartbeatMilliseconds = 1_000
const sessionMilliseconds = 6_000
const tryAgainMilliseconds = 500

export type Take = (message: KafkaMessage, topic: string, partition: number) => Promise<void>

export interface Consumption {
  readonly topics: readonly string[]
  readonly fromBeginning: boolean
  /** Called when something failed that is tried again. */
  readonly onFault: (error: unknown) => void
  /** Called when the consumer has stopped for good. */
  readonly onStopped: (error: unknown) => void
}

export const newConsumer = (kafka: Kafka, groupId: string): Consumer =>
  kafka.consumer({
    groupId,
    sessionTimeout: sessionMilliseconds,
    heartbeatInterval: heartbeatMilliseconds,
    // Leaving and joining wait for a fetch to end.
    maxWaitTimeInMs: 250,
    allowAutoTopicCreation: false,
  })

/** Runs a consumer until it is stopped. What `take` rejects stays where it is, and is tried again. */
export async function consume(
  consumer: Consumer,
  { topics, fromBeginning, onFault, onStopped }: Consumption,
  take: Take,
): Promise<void> {
  consumer.on('consumer.crash', ({ payload: { error, restart } }) => (restart ? onFault(error) : onStopped(error)))
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics], fromBeginning })
  await consumer.run({
    eachBatchAutoResolve: false,
    autoCommitInterval: 1_000,
    partitionsConsumedConcurrently: partitionsAtOnce,
    eachBatch: (payload) => takeBatch(payload, take, onFault),
  })
}

/**
 * Takes the messages of one partition one after the other and never throws for their sake: to kafkajs an exception is a
 * crash. When one fails, its partition pauses from there while the others go on.
 */
async function takeBatch(
  { batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, pause, isRunning, isStale }: EachBatchPayload,
  take: Take,
  onFault: (error: unknown) => void,
): Promise<void> {
  for (const message of batch.messages) {
    if (!isRunning() || isStale()) return
    // A rebalance makes a heartbeat fail; what is in hand is still brought to its end, and the next heartbeat tells again.
    const beating = setInterval(() => void heartbeat().catch(() => undefined), heartbeatMilliseconds)
    try {
      await take(message, batch.topic, batch.partition)
    } catch (error) {
      onFault(error)
      setTimeout(pause(), tryAgainMilliseconds).unref()
      return
    } finally {
      clearInterval(beating)
    }
    resolveOffset(message.offset)
    await commitOffsetsIfNecessary()
    await heartbeat()
  }
}
