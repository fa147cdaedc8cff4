import type { FetchNode } from '@apollo/query-planner'
import {
  type Deadline,
  GaveUp,
  observeCall,
  type SubgraphClient,
  type SubgraphRequest,
  SubgraphUnavailable,
} from '@caregraph/subgraph/caller'
import { idsOf, type Log, readTraceparent, traceOf } from '@caregraph/telemetry'
import type { ExecutionResult } from 'graphql'
import { faultBy, faultOfSubgraph } from '../errors.js'
import type { Variables } from '../supergraph.js'
import { isObject } from './faults.js'
import type { SubgraphAnswer } from './run-plan.js'

/** On whose behalf an operation runs. */
export interface Caller {
  /** Verified at the door; every subgraph verifies it again. */
  readonly token: string | undefined
  readonly requestId: string
  /** As the client sent it, if he did; from the start of the operation on: what is done for it is a part of this. */
  readonly traceparent: string | undefined
  readonly clientAddress: string | undefined
  /** What the client calls itself, for the list of his sessions. */
  readonly userAgent: string | undefined
  /** Aborts when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
}

export interface Rooms {
  readonly subgraphs: ReadonlyMap<string, SubgraphClient>
  /** How long an operation may take, whatever is asked on its way. */
  readonly deadlineMilliseconds: number
  readonly log: Log
}

/** Sends one fetch of a plan. Never rejects. */
export async function askSubgraph(
  rooms: Rooms,
  caller: Caller,
  { at, signal, first }: Deadline,
  fetch: FetchNode,
  variables: Variables,
): Promise<SubgraphAnswer> {
  try {
    const client = clientOf(rooms, fetch)
    const result = await observeCall(fetch.serviceName, caller, (traceparent) =>
      first(client.execute({ ...requestOf(fetch, variables, caller), traceparent, signal, deadlineAt: at })),
    )
    return answerFrom(result, rooms, caller, fetch)
  } catch (error) {
    return failure(error, rooms, caller, fetch)
  }
}

export function clientOf({ subgraphs }: Rooms, { serviceName }: FetchNode): SubgraphClient {
  const client = subgraphs.get(serviceName)
  if (client === undefined) throw new SubgraphUnavailable(serviceName)
  return client
}

/** What a subgraph answered, in the form in which a plan takes it. */
export function answerFrom(
  { data, errors = [], extensions }: ExecutionResult,
  { log }: Rooms,
  caller: Caller,
  { serviceName: subgraph }: FetchNode,
): SubgraphAnswer {
  if (!isObject(data) && errors.length === 0) throw new SubgraphUnavailable(subgraph)
  const faults = errors.map((error) => ({
    ...faultOfSubgraph(error, { subgraph, ...caller, log }),
    path: error.path ?? [],
  }))
  const traceparent = readTraceparent(extensions?.['traceparent'])
  return { data: isObject(data) ? data : undefined, faults, traceparent }
}

/** What is left when a subgraph gave no answer: the reason, for every field that it was asked for. */
export function failure(
  error: unknown,
  { log }: Rooms,
  caller: Caller,
  { serviceName: subgraph }: FetchNode,
): SubgraphAnswer {
  const { requestId, signal } = caller
  const isAway = error instanceof SubgraphUnavailable || error instanceof GaveUp
  if (isAway && !signal?.aborted) {
    const { fault: why } = traceOf(error.cause ?? error)
    log.error('a subgraph does not answer', { subgraph, ...idsOf(caller), why })
  }
  if (!isAway) log.error('a subgraph could not be asked', { subgraph, ...idsOf(caller), ...traceOf(error) })
  const fault = isAway ? faultBy('SERVICE_UNAVAILABLE', { subgraph }) : faultBy('INTERNAL_SERVER_ERROR', { requestId })
  return { data: undefined, faults: [{ ...fault, path: [] }] }
}

export function requestOf(fetch: FetchNode, variables: Variables, caller: Caller): SubgraphRequest {
  return {
    query: fetch.operation,
    document: fetch.operationDocumentNode,
    operationName: fetch.operationName,
    variables,
    token: caller.token,
    requestId: caller.requestId,
    traceparent: caller.traceparent,
    clientAddress: caller.clientAddress,
    userAgent: caller.userAgent,
  }
}
