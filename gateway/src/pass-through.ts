import { Refusal } from '@caregraph/refusals'
import { type SubgraphClient, within } from '@caregraph/subgraph/caller'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Admit } from './admission.js'

/** What is not GraphQL and belongs to one subgraph: the keys that tokens are signed with, and the invoices' PDFs. */
const routes = { '/.well-known/jwks.json': 'auth', '/invoices/:file': 'billing' } as const

/** All that a subgraph may say of such an answer to the outside. */
const passedHeaders = ['content-type', 'content-disposition', 'content-length', 'cache-control', 'etag']

/** Nobody signs in here, so everybody counts as a stranger: a PDF is drawn anew for each who asks. */
export function routePassThrough(
  server: FastifyInstance,
  options: { subgraphs: ReadonlyMap<string, SubgraphClient>; admit: Admit; deadlineMilliseconds: number },
): void {
  const { subgraphs, admit, deadlineMilliseconds } = options
  for (const [path, name] of Object.entries(routes)) {
    server.get(path, async (request, reply) => {
      await admit(undefined, request.ip)
      const subgraph = subgraphs.get(name) ?? away(name)
      return passThrough(subgraph, deadlineMilliseconds, request, reply)
    })
  }
}

/** The deadline is for the answer's beginning: how long a document takes is its reader's affair. */
async function passThrough(
  subgraph: SubgraphClient,
  deadlineMilliseconds: number,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const { signal } = gone
  const asked = new Request(new URL(request.url, `http://${subgraph.name}`), { signal })
  const response = await within(deadlineMilliseconds, signal, () => subgraph.fetch(asked)).catch(() => {
    gone.abort()
    return away(subgraph.name)
  })
  reply.code(response.status)
  for (const header of passedHeaders) {
    const value = response.headers.get(header)
    if (value !== null) reply.header(header, value)
  }
  return reply.send(response.body ?? '')
}

function away(subgraph: string): never {
  throw new Refusal('SERVICE_UNAVAILABLE', { subgraph })
}
