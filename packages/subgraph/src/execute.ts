import { type Actor, InvalidToken, type VerifyToken } from '@caregraph/access'
import { Refusal } from '@caregraph/refusals'
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  subscribe,
  validate,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import type { SubgraphRequest } from './client.js'
import type { Context } from './context.js'
import { type Log, shapeError } from './faults.js'

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
    const actor = await actorOf(request.token, options.verifyToken)
    if (actor === 'invalid') return refused(new Refusal('UNAUTHENTICATED'))
    return {
      schema,
      document,
      operationName: request.operationName,
      variableValues: request.variables,
      contextValue: options.contextFor(request, actor),
    }
  }

  const shape = (result: ExecutionResult, requestId: string): ExecutionResult =>
    result.errors === undefined
      ? result
      : { ...result, errors: result.errors.map((error) => shapeError(error, { subgraph, requestId, log })) }

  return {
    async execute(request) {
      const args = await argumentsOf(request)
      if (!('schema' in args)) return args
      return shape(await execute(args), request.requestId)
    },

    async subscribe(request) {
      const args = await argumentsOf(request)
      if (!('schema' in args)) return args
      const results = await subscribe(args)
      if (!(Symbol.asyncIterator in results)) return shape(results, request.requestId)
      return shapeEach(results, (result) => shape(result, request.requestId))
    },
  }
}

/** An async generator that ends its source at once when it is returned, also while it waits for the next event. */
function shapeEach(
  source: AsyncGenerator<ExecutionResult, void, void>,
  shape: (result: ExecutionResult) => ExecutionResult,
): AsyncGenerator<ExecutionResult, void, void> {
  const shaped = async (next: Promise<IteratorResult<ExecutionResult, void>>) => {
    const result = await next
    return result.done ? result : { done: false as const, value: shape(result.value) }
  }
  return {
    next: () => shaped(source.next()),
    return: () => source.return(),
    throw: (error) => source.throw(error),
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      await source.return()
    },
  }
}

async function actorOf(token: string | undefined, verifyToken: VerifyToken): Promise<Actor | undefined | 'invalid'> {
  if (token === undefined) return undefined
  try {
    return await verifyToken(token)
  } catch (error) {
    if (error instanceof InvalidToken) return 'invalid'
    throw error
  }
}

function refused({ message, code }: Refusal): ExecutionResult {
  return { errors: [new GraphQLError(message, { extensions: { code } })] }
}

function coded(error: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(error.message, { nodes: error.nodes ?? null, extensions: { code } })
}
