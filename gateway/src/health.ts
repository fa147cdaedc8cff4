import type { SubgraphClient } from '@caregraph/subgraph'
import type { FastifyInstance } from 'fastify'
import { within } from './execution/deadline.js'

const readyWithinMilliseconds = 2_000

/** Alive is who answers at all; ready is who can answer everything. */
export function routeHealth(server: FastifyInstance, subgraphs: ReadonlyMap<string, SubgraphClient>): void {
  server.get('/health/live', async () => ({ status: 'live' }))
  server.get('/health/ready', async (_, reply) => {
    const answers = await Promise.all(
      Array.from(subgraphs, async ([name, subgraph]) => ({ name, isReady: await isReady(subgraph) })),
    )
    const away = answers
      .filter((each) => !each.isReady)
      .map(({ name }) => name)
      .sort()
    if (away.length === 0) return { status: 'ready' }
    return reply.code(503).send({ status: 'not ready', subgraphs: away })
  })
}

function isReady(subgraph: SubgraphClient): Promise<boolean> {
  return within(readyWithinMilliseconds, undefined, () => subgraph.isReady()).catch(() => false)
}
