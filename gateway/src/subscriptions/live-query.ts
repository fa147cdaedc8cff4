import type { PlanNode } from '@apollo/query-planner'
import { within } from '@caregraph/subgraph/caller'
import type { ExecutionResult } from 'graphql'
import {
  answerFrom,
  askSubgraph,
  type Caller,
  clientOf,
  failure,
  type Rooms,
  requestOf,
} from '../execution/ask-subgraph.js'
import { type Operation, runOperation } from '../execution/execute.js'
import { type SubgraphAnswer, variablesOf } from '../execution/run-plan.js'
import { observeEvent } from '../observe.js'
import { bufferEvents, generatorOf, mapEvents } from './buffer-events.js'

export interface Subscriber extends Caller {
  /** Asked before each event: whether his token still opens the door. */
  isWelcome(): Promise<boolean>
  /** He takes events more slowly than they come, and gets no more. */
  onTooSlow(): void
}

export type Events<Event = ExecutionResult> = AsyncGenerator<Event, void, void>

/** As many events may wait for one subscriber. */
const mostWaiting = 100

/**
 * Subscribes to the event at the subgraph that owns it. For each event the rest of the plan is fetched anew, with the
 * subscriber's own token: he sees fields of every subgraph, each as far as he may at that moment. Never rejects.
 */
export async function subscribeOperation(
  rooms: Rooms,
  operation: Operation,
  subscriber: Subscriber,
): Promise<Events | ExecutionResult> {
  const { node } = operation.prepared.plan
  if (node?.kind !== 'Subscription') throw new Error('only a subscription can be subscribed to')
  const { primary, rest } = node
  const plan: PlanNode = { kind: 'Sequence', nodes: rest === undefined ? [primary] : [primary, rest] }
  const answerTo = (event: SubgraphAnswer) =>
    observeEvent(operation.prepared.definition, event.traceparent ?? subscriber.traceparent, (traceparent) => {
      const caller = { ...subscriber, traceparent }
      return runOperation(rooms, operation, caller, plan, async (fetch, variables, deadline) =>
        fetch === primary ? event : askSubgraph(rooms, caller, deadline, fetch, variables),
      )
    })

  try {
    const request = requestOf(primary, variablesOf(primary, operation.variables), subscriber)
    const opening = clientOf(rooms, primary).subscribe(request)
    const opened = await within(rooms.deadlineMilliseconds, subscriber.signal, () => opening).catch(
      (error: unknown) => {
        opening.then(close, () => {})
        throw error
      },
    )
    if (!isEvents(opened)) return answerTo(answerFrom(opened, rooms, subscriber, primary))
    const events = withLastWords(
      mapEvents(opened, async (event) => answerFrom(event, rooms, subscriber, primary)),
      (error) => failure(error, rooms, subscriber, primary),
    )
    return mapEvents(
      bufferEvents(events, { most: mostWaiting, onOverflow: () => subscriber.onTooSlow() }),
      async (event) => ((await subscriber.isWelcome()) ? answerTo(event) : undefined),
    )
  } catch (error) {
    return answerTo(failure(error, rooms, subscriber, primary))
  }
}

/** A subscription that came too late for its deadline must not stay open. */
function close(opened: Events | ExecutionResult): void {
  if (isEvents(opened)) opened.return().catch(() => {})
}

function isEvents(opened: Events | ExecutionResult): opened is Events {
  return Symbol.asyncIterator in opened
}

/** Where the events break off, the reason becomes the last of them. */
function withLastWords<Event>(source: Events<Event>, reason: (error: unknown) => Event): Events<Event> {
  let isOver = false
  return generatorOf<Event>(
    async () => {
      if (isOver) return { done: true, value: undefined }
      try {
        return await source.next()
      } catch (error) {
        isOver = true
        return { done: false, value: reason(error) }
      }
    },
    () => source.return(),
  )
}
