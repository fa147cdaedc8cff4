import { type ApolloServer, HeaderMap } from '@apollo/server'
import { sharedAbort } from '@caregraph/subgraph/caller'
import { readTraceparent } from '@caregraph/telemetry'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Admit } from './admission.js'
import type { Caller } from './execution/ask-subgraph.js'
import { answer } from './http-errors.js'
import { depthOf, type Limits } from './limits.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The bearer token, once it was verified. */
    token: string | undefined
  }
}

/** GraphQL over HTTP, and in a browser the page that helps to write it. */
export function routeGraphql(
  server: FastifyInstance,
  {
    apollo,
    admit,
    limits,
    production,
  }: { apollo: ApolloServer<Caller>; admit: Admit; limits: Limits; production: boolean },
): void {
  server.decorateRequest('token', undefined)
  server.route({
    // Apollo Server itself refuses the methods that GraphQL does not know, with the status that belongs to it.
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    // Before the body is read: nobody makes the gateway parse for him who is not let in.
    async onRequest(request) {
      if (wantsPage(request)) return
      request.token = (await admit(request.headers.authorization, request.ip))?.token
    },
    async handler(request, reply) {
      if (wantsPage(request)) return showPage(apollo, production, reply)
      if (depthOf(request.body) > limits.variableDepth) {
        return answer(reply, 400, 'BAD_REQUEST', `The request lies deeper than ${limits.variableDepth} levels.`)
      }
      return answerGraphql(apollo, request, reply)
    },
  })
  server.get('/', (request, reply) => {
    if (wantsPage(request)) return showPage(apollo, production, reply)
    return reply.type('text/plain').send('Caregraph answers GraphQL at /graphql.\n')
  })
}

async function answerGraphql(apollo: ApolloServer<Caller>, request: FastifyRequest, reply: FastifyReply) {
  const gone = sharedAbort()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  const caller: Caller = {
    token: request.token,
    requestId: request.id,
    traceparent: readTraceparent(request.headers['traceparent']),
    clientAddress: request.ip,
    userAgent: request.headers['user-agent'],
    signal: gone.signal,
  }
  const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: request.method,
      headers: headersOf(request),
      search: request.url.slice(request.url.indexOf('?') + 1 || request.url.length),
      body: request.body,
    },
    context: async () => caller,
  })
  reply.code(status ?? 200).header('cache-control', 'no-store')
  for (const [name, value] of headers) reply.header(name, value)
  return reply.send(body.kind === 'complete' ? body.string : body.asyncIterator)
}

function headersOf({ headers }: FastifyRequest): HeaderMap {
  const map = new HeaderMap()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return map
}

/** A browser that was pointed here, not a program that asks. */
function wantsPage({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && (headers.accept?.includes('text/html') ?? false)
}

async function showPage(apollo: ApolloServer<Caller>, production: boolean, reply: FastifyReply) {
  if (production) return reply.type('text/plain').send('Caregraph answers GraphQL at /graphql.\n')
  const { body } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: 'GET',
      headers: new HeaderMap([['accept', 'text/html']]),
      search: '',
      body: undefined,
    },
    context: () => Promise.reject(new Error('a page is nobody’s request')),
  })
  const page = body.kind === 'complete' ? body.string : ''
  // The page asks where it was loaded from, which is also `/`.
  const endpoint = "new URL('/graphql', window.location.href).href"
  return reply.type('text/html').send(page.replaceAll('window.location.href', endpoint))
}
