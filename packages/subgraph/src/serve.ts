import { bearerToken } from '@caregraph/access'
import { readTraceparent } from '@caregraph/telemetry'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { type ExecutionArgs, GraphQLError, parse } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import type { SubgraphClient, SubgraphRequest } from './client.js'

const bodyBytes = 4 * 1024 * 1024
const frameBytes = 1024 * 1024

/**
 * A running subgraph behind HTTP: POST /graphql, its subscriptions at the same path (graphql-transport-ws, with the
 * token of each operation in `extensions.authorization`, since one socket carries the operations of many callers),
 * GET /health/live and /health/ready, and its own routes. Meant for the gateway and its peers, not for the open net.
 */
export async function serveSubgraph(
  subgraph: SubgraphClient,
  { port, host = '127.0.0.1' }: { port: number; host?: string },
): Promise<{ url: string; stop(): Promise<void> }> {
  const server = Fastify({ bodyLimit: bodyBytes, forceCloseConnections: 'idle' })
  server.get('/health/live', async () => ({ status: 'live' }))
  server.get('/health/ready', async (_, reply) => {
    const isReady = await subgraph.isReady()
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready' })
  })
  server.post('/graphql', async (request, reply) => {
    const operation = operationOf(request.body)
    if (operation === undefined) {
      return reply
        .code(400)
        .send({ errors: [{ message: 'This is not a GraphQL request.', extensions: { code: 'BAD_REQUEST' } }] })
    }
    const result = await subgraph.execute({ ...operation, ...callerOf(request), signal: signalOf(reply) })
    return reply.send(result)
  })
  server.get('*', (request, reply) => passOn(subgraph, request, reply))
  const sockets = serveSubscriptions(server, subgraph)
  const url = await server.listen({ port, host })
  return {
    url: `${url}/graphql`,
    async stop() {
      for (const socket of sockets.clients) socket.close(1001, 'The subgraph stops: connect again.')
      await server.close()
    },
  }
}

type Operation = Pick<SubgraphRequest, 'query' | 'operationName' | 'variables'>

function operationOf(body: unknown): Operation | undefined {
  const { query, operationName, variables } = (body ?? {}) as Record<string, unknown>
  if (typeof query !== 'string') return undefined
  return {
    query,
    operationName: typeof operationName === 'string' ? operationName : undefined,
    variables: typeof variables === 'object' && variables !== null ? (variables as Record<string, unknown>) : undefined,
  }
}

type Caller = Pick<SubgraphRequest, 'token' | 'requestId' | 'traceparent' | 'clientAddress' | 'userAgent'>

function callerOf({ headers }: FastifyRequest): Caller {
  return {
    token: bearerToken(headers.authorization),
    requestId: String(headers['x-request-id'] ?? ''),
    traceparent: readTraceparent(headers['traceparent']),
    clientAddress: headers['x-client-address']?.toString(),
    userAgent: headers['x-client-user-agent']?.toString(),
  }
}

/** Aborts when the caller goes before he has his answer. */
function signalOf({ raw }: FastifyReply): AbortSignal {
  const aborted = new AbortController()
  raw.once('close', () => raw.writableFinished || aborted.abort())
  return aborted.signal
}

async function passOn(subgraph: SubgraphClient, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const url = new URL(request.url, `http://${request.headers.host}`)
  const answer = await subgraph.fetch(new Request(url, { signal: signalOf(reply) }))
  return reply.send(answer)
}

/** What graphql-ws hands from `onSubscribe` to `execute` and `subscribe`: our request instead of its arguments. */
type Prepared = ExecutionArgs & { readonly prepared: SubgraphRequest }

function serveSubscriptions(server: FastifyInstance, subgraph: SubgraphClient): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: frameBytes })
  server.server.on('upgrade', (request, stream, head) => {
    sockets.handleUpgrade(request, stream, head, (socket) => sockets.emit('connection', socket, request))
  })
  useServer(
    {
      onSubscribe: (_, id, { query, operationName, variables, extensions }): Prepared | GraphQLError[] => {
        const { authorization, requestId, traceparent, clientAddress } = extensions ?? {}
        const prepared: SubgraphRequest = {
          ...{ query, operationName: operationName ?? undefined, variables: variables ?? undefined },
          token: bearerToken(authorization),
          requestId: typeof requestId === 'string' ? requestId : id,
          traceparent: readTraceparent(traceparent),
          clientAddress: typeof clientAddress === 'string' ? clientAddress : undefined,
        }
        try {
          return { prepared, document: parse(query), operationName } as Prepared
        } catch (error) {
          if (error instanceof GraphQLError) return [error]
          throw error
        }
      },
      execute: (args) => subgraph.execute((args as Prepared).prepared),
      subscribe: (args) => subgraph.subscribe((args as Prepared).prepared),
    },
    sockets,
  )
  return sockets
}
