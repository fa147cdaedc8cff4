import { inSpan, metrics } from '@caregraph/telemetry'
import type { ExecutionResult } from 'graphql'
import type { SubgraphRequest } from './client.js'
import type { Executor } from './execute.js'

export type OperationType = 'query' | 'mutation' | 'subscription'

/** What came of an operation: `refused` is what the caller can mend, `failed` a fault of ours or a department that is away. */
export function outcomeOf({ errors = [] }: ExecutionResult): 'ok' | 'refused' | 'failed' {
  if (errors.length === 0) return 'ok'
  return errors.some(({ extensions }) => faults.has(String(extensions?.['code']))) ? 'failed' : 'refused'
}

const faults = new Set(['INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE'])

export const hasFailed = (result: ExecutionResult): boolean => outcomeOf(result) === 'failed'

export const secondsSince = (start: number): number => (performance.now() - start) / 1000

/** A question to a subgraph as who asks sees it: a span, and a figure. `ask` passes on the traceparent that it is given. */
export async function observeCall(
  subgraph: string,
  { traceparent, signal }: Pick<SubgraphRequest, 'traceparent' | 'signal'>,
  ask: (traceparent: string | undefined) => Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  const start = performance.now()
  const tell = (outcome: 'answered' | 'unanswered' | 'abandoned') =>
    metrics.subgraphCalls.observe({ subgraph, outcome }, secondsSince(start))
  try {
    const answer = await inSpan({ name: `ask ${subgraph}`, kind: 'client', attributes: { subgraph } }, traceparent, ask)
    tell('answered')
    return answer
  } catch (error) {
    tell(signal?.aborted ? 'abandoned' : 'unanswered')
    throw error
  }
}

/** The same question as the subgraph sees it. */
export function observeAnswers(subgraph: string, { execute, subscribe }: Executor): Executor {
  return {
    async execute(request) {
      const start = performance.now()
      const operation = operationOf(request.query)
      const result = await inSpan(
        { name: `answer ${operation}`, kind: 'server', attributes: { subgraph, operation } },
        request.traceparent,
        (traceparent) => execute(traceparent === request.traceparent ? request : { ...request, traceparent }),
        hasFailed,
      )
      metrics.subgraphOperations.observe({ subgraph, operation, outcome: outcomeOf(result) }, secondsSince(start))
      return result
    },
    subscribe,
  }
}

const keyword = /^\s*(mutation|subscription)\b/

/** By the first word, as planners and peers write it: what is neither of the others is a query. */
function operationOf(query: string): OperationType {
  return (keyword.exec(query)?.[1] ?? 'query') as OperationType
}
