import { isDatabaseAway } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import { idsOf, type Log } from '@caregraph/telemetry'
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

/** The kind of a fault and where it happened: never its message. */
export function traceOf(fault: unknown): { fault: string; where: string | undefined } {
  if (!(fault instanceof Error)) return { fault: typeof fault, where: undefined }
  const code = (fault as { code?: unknown }).code ?? (fault as { driverError?: { code?: unknown } }).driverError?.code
  // A message can have lines of its own, which are not to pass for places.
  const places = [...(fault.stack ?? '').matchAll(/^ {4}at (.+:\d+:\d+\)?)$/gm)].map(([, place]) => place)
  const where = places.slice(0, 5).join(' < ')
  return { fault: typeof code === 'string' ? `${fault.name} ${code}` : fault.name, where }
}
