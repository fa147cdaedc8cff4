import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { bearerToken } from '@caregraph/access'
import { readTraceparent } from '@caregraph/telemetry'
import { type ExecutionArgs, GraphQLError, parse } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { SubgraphClient, SubgraphRequest } from './client.js'

const frameBytes = 1024 * 1024
/** A peer that does not answer a close frame is not waited for any longer. */
const closeWithinMilliseconds = 1_000
/** A graphql-ws client connects again after this code. */
const goingAway = { code: 1001, reason: 'The subgraph stops: connect again.' }

/** What graphql-ws hands from `onSubscribe` to `execute` and `subscribe`: our request instead of its arguments. */
type Prepared = ExecutionArgs & { readonly prepared: SubgraphRequest }

/**
 * Subscriptions at /graphql by graphql-transport-ws. One socket carries the operations of many callers, so each has its
 * caller's token in `extensions.authorization`.
 * @param mayEnter whether a request carries the key of the house
 */
export function serveSubscriptions(
  server: Server,
  subgraph: SubgraphClient,
  mayEnter: (request: IncomingMessage) => boolean,
): { stop(): Promise<void> } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: frameBytes })
  let isStopping = false
  server.on('upgrade', (request, stream, head) => {
    stream.on('error', () => stream.destroy())
    if (!mayEnter(request)) return refuse(stream, '401 Unauthorized')
    if (request.url?.split('?')[0] !== '/graphql') return refuse(stream, '404 Not Found')
    if (isStopping) return refuse(stream, '503 Service Unavailable')
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
  return {
    async stop() {
      isStopping = true
      await Promise.all(Array.from(sockets.clients, closed))
    },
  }
}

function refuse(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const impatience = setTimeout(() => socket.terminate(), closeWithinMilliseconds)
    socket.once('close', () => {
      clearTimeout(impatience)
      resolve()
    })
    socket.close(goingAway.code, goingAway.reason)
  })
}
