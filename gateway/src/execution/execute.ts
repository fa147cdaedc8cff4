import type { FetchNode, PlanNode } from '@apollo/query-planner'
import { type Deadline, deadlineIn } from '@caregraph/subgraph/caller'
import { idsOf, traceOf } from '@caregraph/telemetry'
import type { ExecutionResult, GraphQLError } from 'graphql'
import { errorOf, faultBy, faultFrom } from '../errors.js'
import type { PreparedOperation, Supergraph, Variables } from '../supergraph.js'
import { askSubgraph, type Caller, type Rooms } from './ask-subgraph.js'
import { Faults } from './faults.js'
import { introspect } from './introspection.js'
import { project } from './projection.js'
import { type Run, runPlan, type SubgraphAnswer } from './run-plan.js'
import { refusalsOf } from './variables.js'

export interface Operation {
  readonly supergraph: Supergraph
  readonly prepared: PreparedOperation
  readonly variables: Variables
}

/** What is wrong with the variables of an operation: then there is nothing to execute. */
export function refuseVariables({ supergraph, prepared, variables }: Operation): GraphQLError[] {
  return refusalsOf(supergraph.schema, prepared.definition, variables).map((refusal) => errorOf(faultFrom(refusal)))
}

/** Runs a query or a mutation. Never rejects. */
export function executeOperation(rooms: Rooms, operation: Operation, caller: Caller): Promise<ExecutionResult> {
  const { plan, definition } = operation.prepared
  const node = plan.node?.kind === 'Subscription' ? undefined : plan.node
  // An act is not broken off in the middle because somebody closed a browser.
  const asker = definition.operation === 'mutation' ? { ...caller, signal: undefined } : caller
  return runOperation(rooms, operation, asker, node, (fetch, given, deadline) =>
    askSubgraph(rooms, asker, deadline, fetch, given),
  )
}

/** Fetches what the plan's node says by `ask`, all of it under one deadline, and shapes the answer. Never rejects. */
export async function runOperation(
  { log, deadlineMilliseconds }: Rooms,
  { supergraph, prepared, variables }: Operation,
  caller: Caller,
  node: PlanNode | undefined,
  ask: (fetch: FetchNode, variables: Variables, deadline: Deadline) => Promise<SubgraphAnswer>,
): Promise<ExecutionResult> {
  const deadline = deadlineIn(deadlineMilliseconds, caller.signal)
  try {
    const asked: Run['ask'] = (fetch, given) => ask(fetch, given, deadline)
    const run: Run = { supergraph, operation: prepared, variables, data: {}, faults: new Faults(), ask: asked }
    if (node !== undefined) await runPlan(run, node, [run.data])
    const selection = prepared.selection(variables)
    const introspection = introspect(supergraph.schema, prepared, selection, variables)
    const { data, errors } = project(selection, run.data, run.faults, introspection)
    if (errors.length > 0) return { data, errors }
    if (data !== null) return { data }
    log.error('a field that is never null had no value', idsOf(caller))
  } catch (error) {
    log.error('a plan could not be executed', { ...idsOf(caller), ...traceOf(error) })
  } finally {
    deadline.end()
  }
  return { data: null, errors: [errorOf(faultBy('INTERNAL_SERVER_ERROR', { requestId: caller.requestId }))] }
}
