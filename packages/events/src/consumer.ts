import { setTimeout as delay } from 'node:timers/promises'
import { type Database, inTransaction, isDatabaseAway, type Transaction } from '@caregraph/database'
import type { EventBus, Stop } from './bus.js'
import { type EventType, topicOf } from './catalogue.js'
import type { AnyEvent, CareEvent } from './event.js'
import {
  claimEvent,
  dueEvents,
  forgetOldEvents,
  noteFailedTry,
  parkEvent,
  retryEvent,
  type WaitingEvent,
} from './inbox.js'

/** What happens on an event: its effect goes with the given transaction, and with nothing else. */
export type Handlers = { readonly [Type in EventType]?: (event: CareEvent<Type>, tx: Transaction) => Promise<void> }

export interface ConsumerOptions {
  /** The name of the group: each consumer has its own inbox entries and its own dead letters. */
  readonly name: string
  readonly database: Database
  readonly bus: EventBus
  readonly handlers: Handlers
  readonly now: () => Date
  /** Waits before the second, third, … try. One more failure makes a dead letter. */
  readonly retryMilliseconds?: readonly number[]
  /** A handler that has not ended by then has failed. */
  readonly handlerMilliseconds?: number
  readonly onDeadLetter: (letter: { consumer: string; eventId: string; type: EventType; reason: string }) => void
  readonly onFault: (error: unknown) => void
}

const lookForRetriesMilliseconds = 250
const forgetEveryMilliseconds = 3_600_000
const rememberedDays = 30
const longestReason = 500

/**
 * Effects exactly once: the inbox row and the effect are one transaction. A handler that fails, of whatever kind, is
 * put aside with the later events of its subject and tried a bounded number of times; everything else moves on.
 * Rejects only while its own database is away, which leaves the event with the bus.
 */
export async function startConsumer(options: ConsumerOptions): Promise<Stop> {
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

type Consumer = Required<ConsumerOptions>

async function receive(consumer: Consumer, event: AnyEvent): Promise<void> {
  if (consumer.handlers[event.type] === undefined) return
  try {
    await inTransaction(consumer.database, async (tx) => {
      const claim = await claimEvent(tx, consumer.name, event, consumer.now())
      if (claim === 'new') await runHandler(consumer, event, tx)
    })
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    const now = consumer.now()
    await parkEvent(consumer.database, consumer.name, event, reasonOf(error), now, nextTry(consumer, 1, now) ?? now)
  }
}

async function retryUntilStopped(consumer: Consumer, stopping: AbortSignal): Promise<void> {
  let forgetAt = 0
  while (!stopping.aborted) {
    try {
      const now = consumer.now()
      for (const waiting of await dueEvents(consumer.database, consumer.name, now)) await retry(consumer, waiting)
      if (now.getTime() >= forgetAt) {
        forgetAt = now.getTime() + forgetEveryMilliseconds
        await forgetOldEvents(consumer.database, consumer.name, new Date(now.getTime() - rememberedDays * 86_400_000))
      }
    } catch (error) {
      if (!stopping.aborted) consumer.onFault(error)
    }
    await delay(lookForRetriesMilliseconds, undefined, { signal: stopping }).catch(() => undefined)
  }
}

async function retry(consumer: Consumer, waiting: WaitingEvent): Promise<void> {
  try {
    await retryEvent(consumer.database, consumer.name, waiting, (tx) => runHandler(consumer, waiting.event, tx))
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    const reason = reasonOf(error)
    const nextTryAt = nextTry(consumer, waiting.tries + 1, consumer.now())
    await noteFailedTry(consumer.database, consumer.name, waiting, reason, nextTryAt)
    if (nextTryAt === undefined) {
      const { id: eventId, type } = waiting.event
      consumer.onDeadLetter({ consumer: consumer.name, eventId, type, reason })
    }
  }
}

async function runHandler(consumer: Consumer, event: AnyEvent, tx: Transaction): Promise<void> {
  const handler = consumer.handlers[event.type] as ((event: AnyEvent, tx: Transaction) => Promise<void>) | undefined
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

/** When to try again after so many failed tries; nothing when there were enough. */
function nextTry(consumer: Consumer, failedTries: number, now: Date): Date | undefined {
  const wait = consumer.retryMilliseconds[failedTries - 1]
  return wait === undefined ? undefined : new Date(now.getTime() + wait)
}

/** Events hold no personal data, so neither can what went wrong with one. Without characters that no database keeps. */
function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${typeof error}`
  return reason.slice(0, longestReason).replace(/\p{C}+/gu, ' ')
}
