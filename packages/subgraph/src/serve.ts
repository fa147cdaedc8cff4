import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { bearerToken } from '@caregraph/access'
import { metrics, readTraceparent } from '@caregraph/telemetry'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { type SubgraphClient, type SubgraphRequest, SubgraphUnavailable } from './client.js'
import { deadlineIn, GaveUp } from './deadline.js'
import { readiness } from './readiness.js'
import { type RequestQueue, requestQueue } from './request-queue.js'
import { serveSubscriptions } from './serve-subscriptions.js'
import { keyCheck, keyHeader, refuseOpenDoor } from './subgraph-key.js'

declare module 'fastify' {
  interface FastifyRequest {
    arrivedAt: number
    /** What goes on for this request, perhaps longer than anybody waits for it. */
    work: Promise<unknown> | undefined
  }
}

export interface ServeLimits {
  /** Under way at once. Most wait for the database, whose connections are far fewer; each keeps what it has loaded. */
  readonly requestsAtOnce: number
  /** Wait for their turn, before their body is read: a burst of a whole clinic, which is through in a second or two. */
  readonly requestsWaiting: number
  /** How long an answer may take where the caller does not say it. */
  readonly deadlineMilliseconds: number
  /** How long `stop` waits for what is under way. */
  readonly stopWithinMilliseconds: number
}

const defaultLimits: ServeLimits = {
  requestsAtOnce: 100,
  requestsWaiting: 1_000,
  deadlineMilliseconds: 10_000,
  stopWithinMilliseconds: 5_000,
}

const bodyBytes = 4 * 1024 * 1024
/** Whoever sends a request more slowly only holds a connection open. */
const requestWithinMilliseconds = 30_000
const retryAfterSeconds = 1
/** As much as DEADLINE_MILLISECONDS may be. */
const longestMilliseconds = 600_000
/**
 * How long connections that stay open are still answered, with the word that this copy goes. One that is closed without
 * a word may have a mutation on its way, of which nobody then knows whether it was taken.
 */
const farewellMilliseconds = 250

/**
 * A running subgraph behind HTTP: POST /graphql, its subscriptions at the same path, GET /health/live and /health/ready,
 * and its own routes. Meant for the gateway and its peers, not for the open net: throws WrongSettings on an address
 * that others reach where there is no key, and answers nobody who does not carry it.
 */
export async function serveSubgraph(
  subgraph: SubgraphClient,
  options: { port: number; host?: string; key?: string | undefined; limits?: Partial<ServeLimits> },
): Promise<{ url: string; stop(): Promise<void> }> {
  const { port, host = '127.0.0.1', key } = options
  refuseOpenDoor(host, key)
  const limits = { ...defaultLimits, ...options.limits }
  const queue = requestQueue({ atOnce: limits.requestsAtOnce, waiting: limits.requestsWaiting })
  const hasKey = keyCheck(key)
  let isStopping = false

  const server = Fastify({
    bodyLimit: bodyBytes,
    requestTimeout: requestWithinMilliseconds,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
  })
  server.decorateRequest('arrivedAt', 0)
  server.decorateRequest('work', undefined)
  server.addHook('onRequest', (request, reply, done) => {
    if (request.url === '/health/live' || hasKey(request.headers[keyHeader])) done()
    else reply.code(401).send()
  })
  server.addHook('onSend', (_, reply, payload, done) => {
    if (isStopping) reply.header('connection', 'close')
    done(null, payload)
  })
  server.setErrorHandler<FastifyError>((error, _, reply) => {
    // What is not answered here may be answered by another copy. No error's own message leaves the house.
    const isAway = error instanceof GaveUp || error instanceof SubgraphUnavailable
    reply.code(isAway ? 504 : (error.statusCode ?? 500)).send()
  })
  routeHealth(server, subgraph, () => isStopping)
  routeRequests(server, subgraph, queue, limits)
  const sockets = serveSubscriptions(server.server, subgraph, ({ headers }) => hasKey(headers[keyHeader]))
  const url = await server.listen({ port, host })

  return {
    url: `${url}/graphql`,
    async stop() {
      isStopping = true
      queue.close()
      const cutOff = setTimeout(() => server.server.closeAllConnections(), limits.stopWithinMilliseconds)
      await sockets.stop()
      const isConnected = (await promisify(server.server.getConnections.bind(server.server))()) > 0
      if (isConnected) await delay(farewellMilliseconds)
      await server.close()
      clearTimeout(cutOff)
    },
  }
}

function routeHealth(server: FastifyInstance, subgraph: SubgraphClient, isStopping: () => boolean): void {
  const isReady = readiness(() => subgraph.isReady())
  server.get('/health/live', async () => ({ status: 'live' }))
  server.get('/health/ready', async (_, reply) => {
    const ready = !isStopping() && (await isReady())
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' })
  })
}

/** What takes its turn: GraphQL, and what the subgraph answers besides. */
function routeRequests(
  server: FastifyInstance,
  subgraph: SubgraphClient,
  queue: RequestQueue,
  { deadlineMilliseconds }: ServeLimits,
): void {
  const onRequest = (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    request.arrivedAt = performance.now()
    const leave = queue.enter((isIn) => {
      if (isIn) return done()
      metrics.shed.add({ subgraph: subgraph.name })
      refuse(reply)
    })
    // Work that nobody waits for any more still holds what it holds: its place is free when it has ended.
    reply.raw.once('close', () => void (request.work ?? nothing).then(leave, leave))
  }
  server.post('/graphql', { onRequest }, async (request, reply) => {
    const operation = operationOf(request.body)
    if (operation === undefined) {
      return reply
        .code(400)
        .send({ errors: [{ message: 'This is not a GraphQL request.', extensions: { code: 'BAD_REQUEST' } }] })
    }
    const waited = performance.now() - request.arrivedAt
    const left = millisecondsOf(request, deadlineMilliseconds) - waited
    if (left <= 0) throw new GaveUp()
    const deadline = deadlineIn(left)
    whenGone(reply, deadline.giveUp)
    try {
      const { signal, at: deadlineAt } = deadline
      const work = subgraph.execute({ ...operation, ...callerOf(request), signal, deadlineAt })
      request.work = work
      return await deadline.first(work)
    } finally {
      deadline.end()
    }
  })
  server.get('*', { onRequest }, (request, reply) => passOn(subgraph, request, reply))
}

const nothing = Promise.resolve()

/** Says for certain that nothing was begun: so whoever asked may ask elsewhere, also for a mutation. */
function refuse(reply: FastifyReply): void {
  reply.code(503).header('retry-after', retryAfterSeconds).send()
}

function millisecondsOf({ headers }: FastifyRequest, usual: number): number {
  const given = Number(headers['x-deadline-milliseconds'])
  return given > 0 ? Math.min(given, longestMilliseconds) : usual
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

function callerOf({
  headers,
}: FastifyRequest): Pick<SubgraphRequest, 'token' | 'requestId' | 'traceparent' | 'clientAddress' | 'userAgent'> {
  return {
    token: bearerToken(headers.authorization),
    requestId: String(headers['x-request-id'] ?? ''),
    traceparent: readTraceparent(headers['traceparent']),
    clientAddress: headers['x-client-address']?.toString(),
    userAgent: headers['x-client-user-agent']?.toString(),
  }
}

/** The caller goes before he has his answer. */
function whenGone({ raw }: FastifyReply, then: () => void): void {
  raw.once('close', () => raw.writableFinished || then())
}

async function passOn(subgraph: SubgraphClient, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const url = new URL(request.url, `http://${request.headers.host}`)
  const gone = new AbortController()
  whenGone(reply, () => gone.abort())
  const answer = await subgraph.fetch(new Request(url, { signal: gone.signal }))
  return reply.send(answer)
}
