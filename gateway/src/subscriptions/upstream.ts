import { type SubgraphRequest, SubgraphUnavailable } from '@caregraph/subgraph/caller'
import type { SubgraphUrls } from '@caregraph/subgraph/http'
import type { ExecutionResult } from 'graphql'
import { createClient } from 'graphql-ws'
import { type ClientOptions, WebSocket } from 'ws'
import { generatorOf } from './buffer-events.js'

const pingEveryMilliseconds = 10_000
const pongWithinMilliseconds = 5_000
const connectWithinMilliseconds = 5_000
/** How long the socket stays open after the last subscription: the next one is likely to come soon. */
const idleMilliseconds = 10_000

type Events = AsyncGenerator<ExecutionResult, void, void>

export interface Upstream {
  subscribe(request: SubgraphRequest): Events
  stop(): Promise<void>
}

/**
 * All subscriptions of this process at one subgraph, over one socket to one of its copies, each with the token of its
 * own subscriber. A socket that breaks ends them with SubgraphUnavailable: connecting again in silence would hide the
 * events in between. Whoever subscribes then is served by the next copy.
 * @param urls where the copies answer graphql-transport-ws
 */
export function upstreamOf(subgraph: string, urls: SubgraphUrls, key: string | undefined): Upstream {
  const sockets = urls.map((url) => socketTo(subgraph, url, key))
  // Many gateways that start together do not all go to the first one.
  let current = Math.floor(Math.random() * sockets.length)
  const socketNow = () => sockets[current] as Socket
  const goOnFrom = (broken: Socket) => {
    if (broken === socketNow()) current = (current + 1) % sockets.length
  }
  return {
    subscribe(request) {
      let socket = socketNow()
      let events = socket.subscribe(request)
      let copiesLeft = sockets.length - 1
      const next = async (): Promise<IteratorResult<ExecutionResult, void>> => {
        try {
          return await events.next()
        } catch (error) {
          goOnFrom(socket)
          // Where no socket was ever open, no event can have been missed.
          if (!(error instanceof NeverOpen) || copiesLeft === 0)
            throw new SubgraphUnavailable(subgraph, { cause: error })
          copiesLeft -= 1
          socket = socketNow()
          events = socket.subscribe(request)
          return next()
        }
      }
      return generatorOf(next, async () => events.return() as Promise<IteratorReturnResult<void>>)
    },
    async stop() {
      await Promise.all(sockets.map((socket) => socket.stop()))
    },
  }
}

/** The socket was not open at any moment since the subscription was asked for. */
class NeverOpen extends Error {
  override readonly name = 'NeverOpen'
}

type Socket = Upstream

function socketTo(subgraph: string, url: string, key: string | undefined): Socket {
  let socket: WebSocket | undefined
  let pongTimer: NodeJS.Timeout | undefined
  let isOpen = false
  let timesOpened = 0
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: webSocketWith(key),
    retryAttempts: 0,
    keepAlive: pingEveryMilliseconds,
    lazyCloseTimeout: idleMilliseconds,
    connectionAckWaitTimeout: connectWithinMilliseconds,
    on: {
      opened: (opened) => {
        socket = opened as WebSocket
      },
      connected: () => {
        isOpen = true
        timesOpened += 1
      },
      // A cable that was cut says nothing: only a missing pong tells.
      ping: (isTheirs) => {
        if (!isTheirs) pongTimer = setTimeout(() => socket?.terminate(), pongWithinMilliseconds)
      },
      pong: (isTheirs) => {
        if (isTheirs) clearTimeout(pongTimer)
      },
      closed: () => {
        isOpen = false
        clearTimeout(pongTimer)
      },
    },
  })
  return {
    subscribe({ query, operationName, variables, token, requestId, traceparent, clientAddress }) {
      const openedBefore = isOpen ? timesOpened - 1 : timesOpened
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
            throw timesOpened > openedBefore
              ? new SubgraphUnavailable(subgraph, { cause: error })
              : new NeverOpen('', { cause: error })
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

/** A browser's WebSocket takes no headers and waits without end: ours carries the key, and gives up. */
function webSocketWith(key: string | undefined): new (address: string, protocols: string) => WebSocket {
  const options: ClientOptions = {
    handshakeTimeout: connectWithinMilliseconds,
    ...(key !== undefined && { headers: { 'x-subgraph-key': key } }),
  }
  return class extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols, options)
    }
  }
}
