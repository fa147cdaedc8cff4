import { isDatabaseAway } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import { idsOf, type Log, traceOf } from '@caregraph/telemetry'
import { GraphQLError } from 'graphql'
import { GaveUp } from './deadline.js'

/**
 * What the gateway gets to know of an error. A refusal goes through as it is; a fault of ours is written to the log
 * without its message, which can hold what a database was given, and leaves only the request id to quote.
 */
export function shapeError(
  error: GraphQLError,
  request: { subgraph: string; requestId: string; traceparent?: string | undefined; log: Log },
): GraphQLError {
  const cause = error.originalError
  if (cause instanceof Refusal) return shaped(error, cause)
  if (cause === undefined || cause === null) return error
  const { subgraph, requestId, log } = request
  if (cause instanceof GaveUp || isDatabaseAway(cause))
    return shaped(error, new Refusal('SERVICE_UNAVAILABLE', { subgraph }))
  log.error('a resolver failed', { subgraph, ...idsOf(request), path: error.path?.join('.'), ...traceOf(cause) })
  return shaped(error, new Refusal('INTERNAL_SERVER_ERROR', { requestId }))
}

function shaped(error: GraphQLError, { code, params, message }: Refusal): GraphQLError {
  return new GraphQLError(message, {
    nodes: error.nodes ?? null,
    path: error.path ?? null,
    extensions: params === undefined ? { code } : { code, params },
  })
}
