import { Refusal } from '@caregraph/refusals'
import type { FastifyInstance } from 'fastify'

/**
 * Turns away who comes while so many requests are under way: what was taken is answered in time, instead of all too
 * late. Whether the gateway lives and is ready can be asked all the same.
 */
export function refuseOverload(server: FastifyInstance, { requestsAtOnce }: { requestsAtOnce: number }): void {
  let underWay = 0
  server.addHook('onRequest', (request, reply, done) => {
    if (request.url.startsWith('/health/')) return done()
    if (underWay >= requestsAtOnce) return done(new Refusal('SERVICE_UNAVAILABLE', { subgraph: 'gateway' }))
    underWay += 1
    reply.raw.once('close', () => {
      underWay -= 1
    })
    done()
  })
}
