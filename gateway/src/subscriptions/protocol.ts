import type { Actor, VerifyToken } from '@caregraph/access'
import { Refusal } from '@caregraph/refusals'
import { readTraceparent } from '@caregraph/telemetry'
import type { ExecutionArgs, GraphQLError, GraphQLFormattedError } from 'graphql'
import { type Context, makeServer, type Server, type SubscribePayload } from 'graphql-ws'
import { v7 } from 'uuid'
import type { Admit } from '../admission.js'
import { badRequest, errorOf, faultFrom, noSuchOperation, type ShapeError } from '../errors.js'
import type { Graph, GraphRequest } from '../graph.js'
import { depthOf, type Limits, readDocument } from '../limits.js'
import { operationOf } from '../supergraph.js'
import type { Subscriber } from './live-query.js'

/** Why the gateway closes a socket. graphql-ws clients connect again after each of these. */
export const closing = {
  goingAway: { code: 1001, reason: 'The gateway stops: connect again.' },
  tooBusy: { code: 1013, reason: 'Too many requests: try again later.' },
  tooSlow: { code: 1013, reason: 'Events were lost because they were read too slowly: load again.' },
  notAdmitted: { code: 4403, reason: 'The token does not verify: sign in again.' },
  tokenExpired: { code: 4403, reason: 'The token has expired: connect again with a new one.' },
} as const

export type Closing = (typeof closing)[keyof typeof closing]

/** Somebody's socket. */
export interface Connection {
  readonly address: string
  readonly userAgent: string | undefined
  /** Aborts when the socket is gone. */
  readonly signal: AbortSignal
  close(why: Closing): void
  /** Who signed in with which authorization, as `connectionParams` had it. */
  signedIn?: { readonly authorization: unknown; readonly actor: Actor }
}

export interface ProtocolOptions {
  readonly graph: Graph
  readonly admit: Admit
  readonly verifyToken: VerifyToken
  readonly limits: Limits
  readonly production: boolean
  readonly now: () => Date
  readonly shapeError: ShapeError
}

type Params = Record<string, unknown> | undefined

/** What goes from `onSubscribe` to `execute` and `subscribe`, in the place of graphql's own arguments. */
type Admitted = ExecutionArgs & { readonly request: GraphRequest; readonly subscriber: Subscriber }

/** graphql-transport-ws, with the same checks before an operation as over HTTP, and the same shape of errors after. */
export function protocolOf(options: ProtocolOptions): Server<Connection> {
  const { graph, limits, shapeError } = options
  const shape = (error: GraphQLError): GraphQLFormattedError => shapeError(error.toJSON(), error)
  return makeServer<Params, Connection>({
    connectionInitWaitTimeout: limits.connectionInitMilliseconds,
    onConnect: (context) => signIn(options, context),
    onSubscribe: (context, _, payload) => admitOperation(options, context, payload),
    execute: (args) => {
      const { request, subscriber } = args as Admitted
      return graph.execute(request, subscriber)
    },
    subscribe: (args) => {
      const { request, subscriber } = args as Admitted
      return graph.subscribe(request, subscriber)
    },
    onError: (_context, _id, _payload, errors) => errors.map(shape),
    onNext: (_context, _id, _payload, _args, { data = null, errors }) =>
      errors === undefined ? { data } : { data, errors: errors.map(shape) },
  })
}

/** Remembers who it is and closes the socket when his token expires. Answers whether he may come in. */
async function signIn({ admit, now }: ProtocolOptions, { extra, connectionParams }: Context<Params, Connection>) {
  // Apollo Sandbox sends its headers as they were typed.
  const authorization = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'] ?? undefined
  try {
    const actor = await admit(authorization, extra.address)
    if (actor !== undefined) {
      extra.signedIn = { authorization, actor }
      closeWhenExpired(extra, actor, now)
    }
    return true
  } catch (error) {
    extra.close(isUnauthenticated(error) ? closing.notAdmitted : closing.tooBusy)
    return false
  }
}

const isUnauthenticated = (error: unknown) => error instanceof Refusal && error.code === 'UNAUTHENTICATED'

/** A timer of Node cannot wait longer: 24 days. A token that lives longer is still verified for each event. */
const longestTimerMilliseconds = 2 ** 31 - 1

function closeWhenExpired(connection: Connection, { expiresAt }: Actor, now: () => Date): void {
  const left = expiresAt - now().getTime()
  if (left > longestTimerMilliseconds) return
  const timer = setTimeout(() => connection.close(closing.tokenExpired), left)
  connection.signal.addEventListener('abort', () => clearTimeout(timer))
}

async function admitOperation(
  options: ProtocolOptions,
  { extra: connection, subscriptions }: Context<Params, Connection>,
  { query, operationName, variables, extensions }: SubscribePayload,
): Promise<Admitted | GraphQLError[]> {
  const { graph, admit, limits, production } = options
  const { length: operations } = Object.keys(subscriptions)
  if (operations > limits.operationsPerSocket) {
    return [badRequest(`This socket has ${limits.operationsPerSocket} operations under way: end one of them first.`)]
  }
  try {
    await admit(connection.signedIn?.authorization, connection.address)
  } catch (error) {
    if (isUnauthenticated(error)) connection.close(closing.tokenExpired)
    return error instanceof Refusal ? [errorOf(faultFrom(error))] : [badRequest('This could not be admitted.')]
  }
  if (depthOf(variables) > limits.variableDepth) {
    return [badRequest(`The variables lie deeper than ${limits.variableDepth} levels.`)]
  }
  const { schema } = graph.current
  const document = readDocument(schema, query, limits, production)
  if (!('kind' in document)) return [...document]
  const name = operationName ?? undefined
  if (operationOf(document, name) === undefined) return [noSuchOperation()]
  return {
    schema,
    document,
    operationName,
    request: { schema, source: query, document, operationName: name, variables: variables ?? {} },
    subscriber: subscriberOf(connection, options.verifyToken, readTraceparent(extensions?.['traceparent'])),
  }
}

function subscriberOf(connection: Connection, verifyToken: VerifyToken, traceparent: string | undefined): Subscriber {
  const token = connection.signedIn?.actor.token
  return {
    token,
    requestId: v7(),
    traceparent,
    clientAddress: connection.address,
    userAgent: connection.userAgent,
    signal: connection.signal,
    async isWelcome() {
      try {
        if (token !== undefined) await verifyToken(token)
        return true
      } catch {
        connection.close(closing.tokenExpired)
        return false
      }
    },
    onTooSlow: () => connection.close(closing.tooSlow),
  }
}
