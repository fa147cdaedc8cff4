import { Refusal, type RefusalCode, type RefusalParams, refusalCodes } from '@caregraph/refusals'
import { idsOf, type Log } from '@caregraph/telemetry'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { v7 } from 'uuid'
import type { Fault } from './execution/faults.js'

/** What is wrong with a request before anything is executed: Apollo Server's own words for it. */
const graphqlCodes = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
])
const catalogue = new Set<string>(refusalCodes)

/** The catalogue's sentence for a refusal of the gateway itself. */
export function faultBy<Code extends RefusalCode>(
  code: Code,
  ...params: RefusalParams<Code> extends undefined ? [] : [params: RefusalParams<Code>]
): Fault {
  return faultFrom(new Refusal(code, ...(params as never)))
}

export function faultFrom({ message, code, params }: Refusal): Fault {
  return { message, extensions: params === undefined ? { code } : { code, params } }
}

/** An error that a subgraph answered. What is not in the catalogue is a fault of ours, whatever it says. */
export function faultOfSubgraph(
  { message, extensions }: Pick<GraphQLFormattedError, 'message' | 'extensions'>,
  {
    subgraph,
    requestId,
    traceparent,
    log,
  }: {
    subgraph: string
    requestId: string
    traceparent?: string | undefined
    log: Log
  },
): Fault {
  const code = extensions?.['code']
  if (isRefusalCode(code)) {
    const params = extensions?.['params']
    return { message: String(message), extensions: params === undefined ? { code } : { code, params } }
  }
  log.error('a subgraph answered with an error outside the catalogue', {
    subgraph,
    ...idsOf({ requestId, traceparent }),
  })
  return faultBy('INTERNAL_SERVER_ERROR', { requestId })
}

export function errorOf({ message, extensions }: Fault, path?: readonly (string | number)[]): GraphQLError {
  return new GraphQLError(message, { path: path ?? null, extensions: { ...extensions } })
}

export function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } })
}

export function noSuchOperation(): GraphQLError {
  const message = 'The document has no operation of this name; without a name it must have exactly one.'
  return new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } } })
}

export type ShapeError = (error: GraphQLFormattedError, original: unknown) => GraphQLFormattedError

/**
 * The last word on every error that a client sees: a code of the catalogue or of GraphQL itself, no value that
 * somebody typed, no stack, nothing of a subgraph's document. It cannot throw.
 */
export function createErrorShaper({ production, log }: { production: boolean; log: Log }): ShapeError {
  return (error, original) => {
    const code = error.extensions?.['code']
    const params = error.extensions?.['params']
    if (isRefusalCode(code) && (code !== 'INTERNAL_SERVER_ERROR' || params !== undefined)) {
      const extensions = params === undefined ? { code } : { code, params }
      return { message: error.message, ...(error.path && { path: error.path }), extensions }
    }
    if (typeof code === 'string' && graphqlCodes.has(code)) {
      const message = withoutValues(production ? error.message.replace(/ Did you mean .*$/s, '') : error.message)
      return { message, ...(error.locations && { locations: error.locations }), extensions: { code } }
    }
    if (isClientsFault(original)) {
      return { message: 'The gateway does not understand this request.', extensions: { code: 'BAD_REQUEST' } }
    }
    const requestId = v7()
    log.error('the gateway failed', { requestId, fault: original instanceof Error ? original.name : typeof original })
    return { ...faultBy('INTERNAL_SERVER_ERROR', { requestId }) }
  }
}

/** graphql's own sentences repeat what it found in the place of a value or a token. */
function withoutValues(message: string): string {
  return message
    .replace(/(?:, found |[ ,]+but got: |value: ).*$/s, (found) => (found.startsWith('value') ? 'value.' : '.'))
    .replace(/^Value ".*" does not exist/s, 'This value does not exist')
    .replace(/^(Syntax Error: Unexpected \w+) ".*$/s, '$1.')
}

/** Apollo Server gives some of its refusals a status of 4xx, and no code. */
function isClientsFault(error: unknown): boolean {
  const http =
    error instanceof GraphQLError ? (error.extensions['http'] as { status?: unknown } | undefined) : undefined
  return typeof http?.status === 'number' && http.status >= 400 && http.status < 500
}

function isRefusalCode(code: unknown): code is RefusalCode {
  return typeof code === 'string' && catalogue.has(code)
}
