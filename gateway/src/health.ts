import { readiness, type SubgraphClient } from '@caregraph/subgraph/caller'
import type { FastifyInstance } from 'fastify'

/** Alive is who answers at all; ready is who can answer everything. */
export function routeHealth(server: FastifyInstance, subgraphs: ReadonlyMap<string, SubgraphClient>): void {
  const questions = Array.from(subgraphs, ([name, subgraph]) => ({
    name,
    isReady: readiness(() => subgraph.isReady()),
  }))
  server.get('/health/live', async () => ({ status: 'live' }))
  server.get('/health/ready', async (_, reply) => {
    const answers = await Promise.all(questions.map(async ({ name, isReady }) => ({ name, isReady: await isReady() })))
    const away = answers
      .filter((each) => !each.isReady)
      .map(({ name }) => name)
      .sort()
    if (away.length === 0) return { status: 'ready' }
    return reply.code(503).send({ status: 'not ready', subgraphs: away })
  })
}
