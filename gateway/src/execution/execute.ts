import type { FetchNode, PlanNode } from '@apollo/query-planner'
import { type Log, type SubgraphClient, type SubgraphRequest, SubgraphUnavailable, traceOf } from '@caregraph/subgraph'
import type { GraphQLError } from 'graphql'
import { errorOf, faultBy, faultFrom, faultOfSubgraph } from '../errors.js'
import type { PreparedOperation, Supergraph, Variables } from '../supergraph.js'
import { GaveUp, within } from './deadline.js'
import { type DataObject, Faults, isObject } from './faults.js'
import { introspect } from './introspection.js'
import { type Answer, project } from './projection.js'
import { runPlan, type SubgraphAnswer } from './run-plan.js'
import { refusalsOf } from './variables.js'

/** On whose behalf an operation runs. */
export interface Caller {
  /** Verified at the door; every subgraph verifies it again. */
  readonly token: string | undefined
  readonly requestId: string
  readonly clientAddress: string | undefined
  /** Aborts when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
}

export interface Operation {
  readonly supergraph: Supergraph
  readonly prepared: PreparedOperation
  readonly variables: Variables
}

export interface Rooms {
  readonly subgraphs: ReadonlyMap<string, SubgraphClient>
  /** How long one subgraph may take for one answer. */
  readonly deadlineMilliseconds: number
  readonly log: Log
}

/** What is wrong with the variables of an operation: then there is nothing to execute. */
export function refuseVariables({ supergraph, prepared, variables }: Operation): GraphQLError[] {
  return refusalsOf(supergraph.schema, prepared.definition, variables).map((refusal) => errorOf(faultFrom(refusal)))
}

/** Runs a query or a mutation. Never rejects. */
export async function executeOperation(rooms: Rooms, operation: Operation, caller: Caller): Promise<Answer> {
  const { node } = operation.prepared.plan
  // An act is not broken off in the middle because somebody closed a browser.
  const isAct = operation.prepared.definition.operation === 'mutation'
  if (node?.kind === 'Subscription') throw new Error('a subscription is not executed but subscribed to')
  return answer(rooms, operation, isAct ? { ...caller, signal: undefined } : caller, node, {}, new Faults())
}

/** Runs what is left of a plan when `data` and `faults` are known already, such as by an event. Never rejects. */
export async function answer(
  rooms: Rooms,
  { supergraph, prepared, variables }: Operation,
  caller: Caller,
  node: PlanNode | undefined,
  data: DataObject,
  faults: Faults,
): Promise<Answer> {
  const { requestId } = caller
  try {
    const ask = (fetch: FetchNode, given: Variables) => askSubgraph(rooms, caller, fetch, given)
    if (node !== undefined)
      await runPlan({ supergraph, operation: prepared, variables, data, faults, ask }, node, [data])
    const selection = prepared.selection(variables)
    const result = project(selection, data, faults, introspect(supergraph.schema, prepared, selection, variables))
    if (result.data !== null || result.errors.length > 0) return result
    rooms.log.error('a field that is never null had no value', { requestId })
  } catch (error) {
    rooms.log.error('a plan could not be executed', { requestId, ...traceOf(error) })
  }
  return { data: null, errors: [errorOf(faultBy('INTERNAL_SERVER_ERROR', { requestId }))] }
}

async function askSubgraph(
  { subgraphs, deadlineMilliseconds, log }: Rooms,
  caller: Caller,
  fetch: FetchNode,
  variables: Variables,
): Promise<SubgraphAnswer> {
  const { requestId } = caller
  const subgraph = fetch.serviceName
  try {
    const client = subgraphs.get(subgraph)
    if (client === undefined) throw new SubgraphUnavailable(subgraph)
    const { data, errors = [] } = await within(deadlineMilliseconds, caller.signal, (signal) =>
      client.execute({ ...requestOf(fetch, variables, caller), signal }),
    )
    if (!isObject(data) && errors.length === 0) throw new SubgraphUnavailable(subgraph)
    return {
      data: isObject(data) ? data : undefined,
      faults: errors.map((error) => ({
        ...faultOfSubgraph(error, { subgraph, requestId, log }),
        path: error.path ?? [],
      })),
    }
  } catch (error) {
    const isAway = error instanceof SubgraphUnavailable || error instanceof GaveUp
    if (isAway && !caller.signal?.aborted) log.error('a subgraph does not answer', { subgraph, requestId })
    if (!isAway) log.error('a subgraph could not be asked', { subgraph, requestId, ...traceOf(error) })
    const fault = isAway
      ? faultBy('SERVICE_UNAVAILABLE', { subgraph })
      : faultBy('INTERNAL_SERVER_ERROR', { requestId })
    return { data: undefined, faults: [{ ...fault, path: [] }] }
  }
}

export function requestOf(fetch: FetchNode, variables: Variables, caller: Caller): SubgraphRequest {
  return {
    query: fetch.operation,
    document: fetch.operationDocumentNode,
    operationName: fetch.operationName,
    variables,
    token: caller.token,
    requestId: caller.requestId,
    clientAddress: caller.clientAddress,
  }
}
