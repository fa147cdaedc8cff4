import type { FastifyInstance } from 'fastify'

const sandboxOrigin = 'https://studio.apollographql.com'

/** What browsers are told about every answer, and which pages of other origins may read it (CORS). */
export function sendBrowserHeaders(
  server: FastifyInstance,
  { allowedOrigins, production }: { allowedOrigins: readonly string[]; production: boolean },
): void {
  const origins = new Set(production ? allowedOrigins : [...allowedOrigins, sandboxOrigin])
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "frame-ancestors 'none'",
      vary: 'Origin',
    })
    const { origin } = request.headers
    if (origin === undefined || !origins.has(origin)) return
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'x-request-id, retry-after',
    })
  })
  server.options('*', (_, reply) =>
    reply
      .code(204)
      .headers({
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers':
          'authorization, content-type, apollo-require-preflight, x-apollo-operation-name',
        'access-control-max-age': '600',
      })
      .send(),
  )
}
