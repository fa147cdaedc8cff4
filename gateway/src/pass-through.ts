import { Refusal } from '@caregraph/refusals'
import type { SubgraphClient } from '@caregraph/subgraph'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Admit } from './admission.js'

/** What is not GraphQL and belongs to one subgraph: the keys that tokens are signed with, and the invoices' PDFs. */
const routes = { '/.well-known/jwks.json': 'auth', '/invoices/:file': 'billing' } as const

/** All that a subgraph may say of such an answer to the outside. */
const passedHeaders = ['content-type', 'content-disposition', 'content-length', 'cache-control', 'etag']

/** Nobody signs in here, so everybody counts as a stranger: a PDF is drawn anew for each who asks. */
export function routePassThrough(
  server: FastifyInstance,
  { subgraphs, admit }: { subgraphs: ReadonlyMap<string, SubgraphClient>; admit: Admit },
): void {
  for (const [path, name] of Object.entries(routes)) {
    server.get(path, async (request, reply) => {
      await admit(undefined, request.ip)
      return passThrough(name, subgraphs.get(name), request, reply)
    })
  }
}

async function passThrough(
  name: string,
  subgraph: SubgraphClient | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  const url = new URL(request.url, `http://${name}`)
  const response = await subgraph?.fetch(new Request(url, { signal: gone.signal })).catch(() => undefined)
  if (response === undefined) throw new Refusal('SERVICE_UNAVAILABLE', { subgraph: name })
  reply.code(response.status)
  for (const header of passedHeaders) {
    const value = response.headers.get(header)
    if (value !== null) reply.header(header, value)
  }
  return reply.send(response.body ?? '')
}
