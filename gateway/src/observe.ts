import { Refusal } from '@caregraph/refusals'
import { hasFailed, outcomeOf, secondsSince } from '@caregraph/subgraph/caller'
import { inRequestTrace, inSpan, metrics, type SpanDescription } from '@caregraph/telemetry'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type ExecutionResult, Kind, type OperationDefinitionNode } from 'graphql'
import type { Admit } from './admission.js'
import type { Caller } from './execution/ask-subgraph.js'

/** Nobody calls a query more than that, and it goes to a collector with every span. */
const longestName = 60

/**
 * Runs an operation as the span that begins its trace here, and counts how long it took and what came of it.
 * @param run what is asked for the caller that it is given is a part of the span
 */
export async function observeOperation<Asking extends Caller>(
  definition: OperationDefinitionNode,
  caller: Asking,
  run: (caller: Asking) => Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  const start = performance.now()
  const within = (traceparent: string) => run({ ...caller, traceparent })
  const result = await inRequestTrace(spanOf(definition), caller, within, hasFailed)
  const { operation } = definition
  metrics.operations.observe({ operation, outcome: outcomeOf(result) }, secondsSince(start))
  return result
}

/** Opens a subscription as a span of its own: its events come later, each as a part of something else. */
export function observeOpening<Asking extends Caller, Opened extends object>(
  definition: OperationDefinitionNode,
  caller: Asking,
  open: (caller: Asking) => Promise<Opened>,
): Promise<Opened> {
  return inRequestTrace(spanOf(definition), caller, (traceparent) => open({ ...caller, traceparent }))
}

/** The answer to one event of a subscription, which is a part of what the act behind the event was a part of. */
export async function observeEvent(
  definition: OperationDefinitionNode,
  traceparent: string | undefined,
  run: (traceparent: string | undefined) => Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  const start = performance.now()
  const result = await inSpan({ ...spanOf(definition), kind: 'consumer' }, traceparent, run, hasFailed)
  metrics.operations.observe({ operation: 'subscription', outcome: outcomeOf(result) }, secondsSince(start))
  return result
}

/** Named by the first field that is asked for, which is the schema's own word. */
function spanOf({ operation, name, selectionSet }: OperationDefinitionNode): SpanDescription {
  const [first] = selectionSet.selections
  const field = first?.kind === Kind.FIELD ? first.name.value : 'fragment'
  const operationName = name?.value.slice(0, longestName)
  return { name: `${operation} ${field}`, kind: 'server', attributes: { operation, operationName } }
}

/** Counts who is not let in. */
export function observeAdmission(admit: Admit): Admit {
  return async (authorization, address) => {
    try {
      return await admit(authorization, address)
    } catch (error) {
      if (error instanceof Refusal) metrics.turnedAway.add({ reason: error.code as 'RATE_LIMITED' })
      throw error
    }
  }
}

const routes: Readonly<Record<string, 'graphql' | 'health' | 'document' | 'page'>> = {
  '/graphql': 'graphql',
  '/health/live': 'health',
  '/health/ready': 'health',
  '/.well-known/jwks.json': 'document',
  '/invoices/:file': 'document',
  '/': 'page',
}

/** Counts how long each request over HTTP took, also of those that never became an operation. */
export function observeRequests(server: FastifyInstance): void {
  server.addHook('onResponse', (request: FastifyRequest, reply, done) => {
    const route = routes[request.routeOptions.url ?? ''] ?? 'unknown'
    const status = `${Math.floor(reply.statusCode / 100)}xx` as '2xx'
    metrics.httpRequests.observe({ route, status }, reply.elapsedTime / 1000)
    done()
  })
}
