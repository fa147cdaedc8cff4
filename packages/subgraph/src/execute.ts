import { type Actor, InvalidToken, type VerifyToken } from '@caregraph/access'
import { Refusal } from '@caregraph/refusals'
import { type Log, traceOf } from '@caregraph/telemetry'
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  validate,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import type { SubgraphRequest } from './client.js'
import type { Context } from './context.js'
import { shapeError } from './faults.js'

export interface Executor {
  execute(request: SubgraphRequest): Promise<ExecutionResult>
  subscribe(request: SubgraphRequest): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult>
}

const rememberedDocuments = 1_000

/** Runs operations against one schema: each document is parsed and validated once. */
export function executorOf(options: {
  subgraph: string
  schema: GraphQLSchema
  verifyToken: VerifyToken
  contextFor: (request: SubgraphRequest, actor: Actor | undefined) => Context
  log: Log
}): Executor {
  const { subgraph, schema, log } = options
  const documents = new LRUCache<string, DocumentNode>({ max: rememberedDocuments })

  const documentOf = (request: SubgraphRequest): DocumentNode | ExecutionResult => {
    const known = documents.get(request.query)
    if (known !== undefined) return known
    try {
      const document = request.document ?? parse(request.query)
      const errors = validate(schema, document, specifiedRules)
      if (errors.length > 0) return { errors: errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED')) }
      documents.set(request.query, document)
      return document
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [coded(error, 'GRAPHQL_PARSE_FAILED')] }
      throw error
    }
  }

  const argumentsOf = async (request: SubgraphRequest) => {
    const document = documentOf(request)
    if (!('kind' in document)) return document
    const actor = await actorOf(request.token, options.verifyToken).catch((error: unknown) => {
      if (!(error instanceof InvalidToken)) log.error('a token could not be verified', traceOf(error))
      return failureOf(error)
    })
    if (actor instanceof GraphQLError) return shape({ errors: [actor] }, request)
    return {
      schema,
      document,
      operationName: request.operationName,
      variableValues: request.variables,
      contextValue: options.contextFor(request, actor),
    }
  }

  const shape = (result: ExecutionResult, { requestId, traceparent }: SubgraphRequest): ExecutionResult => {
    if (result.errors === undefined) return result
    const origin = { subgraph, requestId, traceparent, log }
    return { ...result, errors: result.errors.map((error) => shapeError(error, origin)) }
  }

  return {
    async execute(request) {
      const args = await argumentsOf(request)
      if (!('schema' in args)) return args
      return shape(await execute(args), request)
    },

    async subscribe(request) {
      const args = await argumentsOf(request)
      if (!('schema' in args)) return args
      const source = await createSourceEventStream(args)
      if (!(Symbol.asyncIterator in source)) return shape(source, request)
      const events = source[Symbol.asyncIterator]()
      // Each event is answered as a request of its own: rights may have ended since the last one, rows have changed.
      return answerEach(events, async (rootValue) => {
        const caused = causedBy(rootValue, request)
        const fresh = await argumentsOf(caused)
        if ('schema' in fresh) return tracing(shape(await execute({ ...fresh, rootValue }), caused), caused)
        await events.return?.()
        return fresh
      })
    },
  }
}

/** What an event brings about is a part of what the act behind it was a part of. */
function causedBy(event: unknown, request: SubgraphRequest): SubgraphRequest {
  const { traceparent } = (event ?? {}) as { traceparent?: string }
  return traceparent === undefined ? request : { ...request, traceparent }
}

/** Tells who asked for the event what it is a part of. */
function tracing(result: ExecutionResult, { traceparent }: SubgraphRequest): ExecutionResult {
  return traceparent === undefined ? result : { ...result, extensions: { traceparent } }
}

/** An async generator that ends its source at once when it is returned, also while it waits for the next event. */
function answerEach(
  events: AsyncIterator<unknown>,
  answer: (event: unknown) => Promise<ExecutionResult>,
): AsyncGenerator<ExecutionResult, void, void> {
  const end = async () => {
    await events.return?.()
    return { done: true as const, value: undefined }
  }
  return {
    async next() {
      const { done, value } = await events.next()
      return done ? { done, value: undefined } : { done: false, value: await answer(value) }
    },
    return: end,
    async throw(error) {
      await end()
      throw error
    },
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      await end()
    },
  }
}

async function actorOf(token: string | undefined, verifyToken: VerifyToken): Promise<Actor | undefined> {
  return token === undefined ? undefined : verifyToken(token)
}

/** A token that does not pass is refused; one that cannot be verified may be good, when auth's keys are there again. */
function failureOf(error: unknown): GraphQLError {
  const isWrong = error instanceof InvalidToken
  const originalError = isWrong
    ? new Refusal('UNAUTHENTICATED')
    : new Refusal('SERVICE_UNAVAILABLE', { subgraph: 'auth' })
  return new GraphQLError('', { originalError })
}

function coded(error: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(error.message, { nodes: error.nodes ?? null, extensions: { code } })
}
