import type { IncomingMessage } from 'node:http'
import type { VerifyToken } from '@caregraph/access'
import type { Cache } from '@caregraph/cache'
import type { SubgraphClient } from '@caregraph/subgraph/caller'
import { type Log, metrics } from '@caregraph/telemetry'
import Fastify from 'fastify'
import { v7 } from 'uuid'
import { createAdmission } from './admission.js'
import { startApollo } from './apollo.js'
import { sendBrowserHeaders } from './browser-headers.js'
import { createErrorShaper } from './errors.js'
import { Graph } from './graph.js'
import { routeGraphql } from './graphql-route.js'
import { routeHealth } from './health.js'
import { answerNotFound, httpErrorHandler } from './http-errors.js'
import { defaultLimits, type Limits } from './limits.js'
import { observeAdmission, observeRequests } from './observe.js'
import { refuseOverload } from './overload.js'
import { routePassThrough } from './pass-through.js'
import { protocolOf } from './subscriptions/protocol.js'
import { serveSockets } from './subscriptions/sockets.js'

export interface GatewayOptions {
  /** 0 takes a free one. */
  readonly port: number
  readonly host?: string
  readonly supergraphSdl: string
  readonly subgraphs: ReadonlyMap<string, SubgraphClient>
  readonly verifyToken: VerifyToken
  /** In which requests are counted: all copies of the gateway that share it count together. */
  readonly cache: Cache
  readonly now: () => Date
  readonly log: Log
  /** In production nobody is shown the schema: no introspection, no landing page, no "did you mean". */
  readonly production: boolean
  readonly limits?: Partial<Limits>
  readonly settings?: Partial<Settings>
}

export interface Settings {
  /** How long an operation may take, whatever is asked on its way. */
  readonly deadlineMilliseconds: number
  /** How long `stop` waits for what is under way. */
  readonly stopWithinMilliseconds: number
  /** Requests without a token, for one address. */
  readonly anonymousPerMinute: number
  /** Requests with a token, for one person; undefined for as many as they like. */
  readonly userPerMinute: number | undefined
  /** The origins whose pages may call from a browser, besides the gateway's own. */
  readonly allowedOrigins: readonly string[]
  /** How many proxies stand before the gateway and tell the client's address in X-Forwarded-For. */
  readonly trustedProxies: number
  /** What Apollo Sandbox shows first. */
  readonly firstQuery: string | undefined
}

const defaultSettings: Settings = {
  deadlineMilliseconds: 10_000,
  stopWithinMilliseconds: 8_000,
  anonymousPerMinute: 600,
  userPerMinute: undefined,
  allowedOrigins: [],
  trustedProxies: 0,
  firstQuery: undefined,
}

/** Whoever sends a request more slowly only holds a connection open. */
const requestWithinMilliseconds = 30_000

export interface Gateway {
  /** Where GraphQL is answered, over HTTP and over WebSockets. */
  readonly url: string
  /** From here on requests are answered by another supergraph. Throws, and changes nothing, where the SDL is none. */
  reload(supergraphSdl: string): void
  /** Finishes what is under way, closes every socket, then the server. */
  stop(): Promise<void>
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { subgraphs, production, log, now, verifyToken } = options
  const limits = { ...defaultLimits, ...options.limits }
  const settings = { ...defaultSettings, ...options.settings }
  const shapeError = createErrorShaper({ production, log })
  const graph = new Graph(options.supergraphSdl, { ...settings, subgraphs, log })
  const apollo = await startApollo(graph, { ...settings, limits, production, shapeError, log })

  const admit = observeAdmission(createAdmission({ ...settings, verifyToken, cache: options.cache }))

  const handleError = httpErrorHandler(log)
  const server = Fastify({
    bodyLimit: limits.bodyBytes,
    requestTimeout: requestWithinMilliseconds,
    trustProxy: (_, hop) => hop < settings.trustedProxies,
    // An id that a client may choose can be anybody's, or hold anything.
    genReqId: () => v7(),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    frameworkErrors: handleError,
  })
  let isStopping = false
  // A connection that was busy when the others were closed goes with its answer, or the end would wait for its client.
  server.addHook('onSend', async (_, reply) => {
    if (isStopping) reply.header('connection', 'close')
  })
  observeRequests(server)
  refuseOverload(server, limits)
  server.setErrorHandler(handleError)
  server.setNotFoundHandler(answerNotFound)
  sendBrowserHeaders(server, { ...settings, production })
  routeGraphql(server, { apollo, admit, limits, production })
  routeHealth(server, subgraphs)
  routePassThrough(server, { subgraphs, admit, ...settings })
  const protocol = protocolOf({ graph, admit, verifyToken, limits, production, now, shapeError })
  const addressOf = (request: IncomingMessage) => addressBehind(request, settings.trustedProxies)
  const sockets = serveSockets(server.server, { path: '/graphql', protocol, limits, addressOf })
  const unread = metrics.openSubscriptions.readBy(() => [{ labels: {}, value: graph.openSubscriptions }])
  const url = await server.listen({ port: options.port, host: options.host ?? '127.0.0.1' })

  return {
    url: `${url}/graphql`,
    reload: (sdl) => graph.reload(sdl),
    async stop() {
      isStopping = true
      const cutOff = setTimeout(() => server.server.closeAllConnections(), settings.stopWithinMilliseconds)
      unread()
      await sockets.stop()
      await server.close()
      clearTimeout(cutOff)
      await apollo.stop()
    },
  }
}

/** The client's address as the last of the trusted proxies saw it; each adds one to the header's end. */
function addressBehind({ socket, headers }: IncomingMessage, trustedProxies: number): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
  const chain = [...forwarded, socket.remoteAddress ?? '']
  return chain.at(-1 - Math.min(trustedProxies, chain.length - 1)) ?? ''
}
