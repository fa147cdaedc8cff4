import { type SubgraphRequest, SubgraphUnavailable } from '@caregraph/subgraph'
import type { ExecutionResult } from 'graphql'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { generatorOf } from './buffer-events.js'

const pingEveryMilliseconds = 10_000
const pongWithinMilliseconds = 5_000
const connectWithinMilliseconds = 5_000
/** How long the socket stays open after the last subscription: the next one is likely to come soon. */
const idleMilliseconds = 10_000

export interface Upstream {
  subscribe(request: SubgraphRequest): AsyncGenerator<ExecutionResult, void, void>
  stop(): Promise<void>
}

/**
 * All subscriptions of this process at one subgraph, over one socket, each with the token of its own subscriber. A
 * socket that breaks ends them with SubgraphUnavailable: connecting again in silence would hide the events in between.
 * @param url where the subgraph answers graphql-transport-ws
 */
export function upstreamOf(subgraph: string, url: string): Upstream {
  let socket: WebSocket | undefined
  let pongTimer: NodeJS.Timeout | undefined
  const client = createClient({
    url,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    keepAlive: pingEveryMilliseconds,
    lazyCloseTimeout: idleMilliseconds,
    connectionAckWaitTimeout: connectWithinMilliseconds,
    on: {
      opened: (opened) => {
        socket = opened as WebSocket
      },
      // A cable that was cut says nothing: only a missing pong tells.
      ping: (isTheirs) => {
        if (!isTheirs) pongTimer = setTimeout(() => socket?.terminate(), pongWithinMilliseconds)
      },
      pong: (isTheirs) => {
        if (isTheirs) clearTimeout(pongTimer)
      },
      closed: () => clearTimeout(pongTimer),
    },
  })
  return {
    subscribe({ query, operationName, variables, token, requestId, traceparent, clientAddress }) {
      const events = client.iterate<Record<string, unknown>>({
        query,
        operationName,
        variables,
        extensions: { ...(token && { authorization: `Bearer ${token}` }), requestId, traceparent, clientAddress },
      })
      return generatorOf<ExecutionResult>(
        async () => {
          try {
            return (await events.next()) as IteratorResult<ExecutionResult, void>
          } catch (error) {
            // What the subgraph refused comes as a list of errors; everything else is the socket's end.
            if (Array.isArray(error)) return { done: false, value: { errors: error } }
            throw new SubgraphUnavailable(subgraph, { cause: error })
          }
        },
        async () => {
          await events.return?.()
          return { done: true, value: undefined }
        },
      )
    },
    stop: async () => client.dispose(),
  }
}
