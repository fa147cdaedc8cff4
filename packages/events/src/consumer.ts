import { setTimeout as delay } from 'node:timers/promises'
import { isDatabaseAway, type Transaction } from '@caregraph/database'
import { inSpan, metrics, traceIdOf } from '@caregraph/telemetry'
import type { EventBus, Stop } from './bus.js'
import { type EventType, topicOf } from './catalogue.js'
import type { AnyEvent, CareEvent } from './event.js'
import type { Inbox, WaitingEvent } from './inbox.js'

/** What happens on an event: its effect goes with the given transaction, where the inbox has one, and with nothing else. */
export type Handlers<Tx = Transaction> = {
  readonly [Type in EventType]?: (event: CareEvent<Type>, tx: Tx) => Promise<void>
}

export interface ConsumerOptions<Tx = Transaction> {
  /** The name of the group: each consumer has its own inbox entries and its own dead letters. */
  readonly name: string
  readonly inbox: Inbox<Tx>
  readonly bus: EventBus
  readonly handlers: Handlers<Tx>
  readonly now: () => Date
  /** Waits before the second, third, … try. One more failure makes a dead letter. */
  readonly retryMilliseconds?: readonly number[]
  /** A handler that has not ended by then has failed. */
  readonly handlerMilliseconds?: number
  readonly onDeadLetter: (letter: DeadLetterNotice) => void
  readonly onFault: (error: unknown) => void
}

/** For the log: which effect is missing and why, and what its cause was a part of. */
export interface DeadLetterNotice {
  readonly consumer: string
  readonly eventId: string
  readonly type: EventType
  readonly traceId: string | undefined
  readonly reason: string
}

const lookForRetriesMilliseconds = 250
const longestReason = 500

/**
 * Effects exactly once, by the inbox. A handler that fails, of whatever kind, is put aside with the later events of its
 * subject and tried a bounded number of times; everything else moves on. Rejects only while its own database is away,
 * which leaves the event with the bus.
 */
export async function startConsumer<Tx>(options: ConsumerOptions<Tx>): Promise<Stop> {
  const consumer = { retryMilliseconds: [100, 400, 1_600, 6_400], handlerMilliseconds: 10_000, ...options }
  const stopping = new AbortController()
  const retrying = retryUntilStopped(consumer, stopping.signal)
  const unsubscribe = await options.bus.subscribe({
    group: options.name,
    topics: [...new Set((Object.keys(options.handlers) as EventType[]).map(topicOf))],
    handle: (event) => receive(consumer, event),
  })
  return async () => {
    await unsubscribe()
    stopping.abort()
    await retrying
  }
}

type Consumer<Tx> = Required<ConsumerOptions<Tx>>

async function receive<Tx>(consumer: Consumer<Tx>, event: AnyEvent): Promise<void> {
  if (consumer.handlers[event.type] === undefined) return
  try {
    await consumer.inbox.receive(event, consumer.now(), (tx) => runHandler(consumer, event, tx))
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    const now = consumer.now()
    await consumer.inbox.park(event, reasonOf(error), now, nextTry(consumer, 1, now) ?? now)
  }
}

async function retryUntilStopped<Tx>(consumer: Consumer<Tx>, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    try {
      for (const waiting of await consumer.inbox.due(consumer.now())) await retry(consumer, waiting)
    } catch (error) {
      if (!stopping.aborted) consumer.onFault(error)
    }
    await delay(lookForRetriesMilliseconds, undefined, { signal: stopping }).catch(() => undefined)
  }
}

async function retry<Tx>(consumer: Consumer<Tx>, waiting: WaitingEvent): Promise<void> {
  try {
    await consumer.inbox.retry(waiting, consumer.now(), (tx) => runHandler(consumer, waiting.event, tx))
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    const reason = reasonOf(error)
    const nextTryAt = nextTry(consumer, waiting.tries + 1, consumer.now())
    await consumer.inbox.noteFailedTry(waiting, reason, nextTryAt)
    if (nextTryAt === undefined) {
      const { id: eventId, type, traceparent } = waiting.event
      consumer.onDeadLetter({ consumer: consumer.name, eventId, type, traceId: traceIdOf(traceparent), reason })
    }
  }
}

/** One try of an effect, which is a part of what its cause was a part of. */
async function runHandler<Tx>(consumer: Consumer<Tx>, event: AnyEvent, tx: Tx): Promise<void> {
  const { type, traceparent } = event
  const span = {
    name: `handle ${type}`,
    kind: 'consumer',
    attributes: { subgraph: consumer.name, event: type },
  } as const
  let outcome: 'ok' | 'failed' = 'failed'
  try {
    await inSpan(span, traceparent, () => handleInTime(consumer, event, tx))
    outcome = 'ok'
  } finally {
    const delay = Math.max(0, consumer.now().getTime() - Date.parse(event.time)) / 1000
    metrics.eventDelay.observe({ consumer: consumer.name, outcome }, delay)
  }
}

async function handleInTime<Tx>(consumer: Consumer<Tx>, event: AnyEvent, tx: Tx): Promise<void> {
  const handler = consumer.handlers[event.type] as ((event: AnyEvent, tx: Tx) => Promise<void>) | undefined
  const { handlerMilliseconds } = consumer
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${handlerMilliseconds} ms`)), handlerMilliseconds)
  })
  try {
    await Promise.race([handler?.(event, tx), tooLong])
  } finally {
    clearTimeout(timer)
  }
}

type Waits = Pick<Required<ConsumerOptions>, 'retryMilliseconds'>

/** When to try again after so many failed tries; nothing when there were enough. */
function nextTry({ retryMilliseconds }: Waits, failedTries: number, now: Date): Date | undefined {
  const wait = retryMilliseconds[failedTries - 1]
  return wait === undefined ? undefined : new Date(now.getTime() + wait)
}

/** Events hold no personal data, so neither can what went wrong with one. Without characters that no database keeps. */
function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${typeof error}`
  return reason.slice(0, longestReason).replace(/\p{C}+/gu, ' ')
}
