import { readFileSync } from 'node:fs'
import { createRevocations, createTokenVerifier, publishedKeys } from '@caregraph/access'
import type { Log } from '@caregraph/subgraph'
import { readEnvironment, urlOfSubgraph } from './environment.js'
import { startGateway } from './server.js'
import { type HttpSubgraph, httpSubgraph } from './subgraph-client.js'
import { routingUrlsOf } from './supergraph.js'

const write = (level: string) => (message: string, details?: object) =>
  void process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), level, message, ...details })}\n`)
const log: Log = { info: write('info'), error: write('error') }

const environment = readEnvironment(process.env)
const supergraphSdl = readFileSync(environment.supergraphFile, 'utf8')
const urls = Array.from(
  routingUrlsOf(supergraphSdl),
  ([name, url]) => [name, urlOfSubgraph(name, url, process.env)] as const,
)
const subgraphs = new Map(urls.map(([name, url]) => [name, httpSubgraph(name, url)]))
const keys = publishedKeys((request) => (subgraphs.get('auth') as HttpSubgraph).fetch(request))
const now = () => new Date()

const gateway = await startGateway({
  ...environment,
  supergraphSdl,
  subgraphs,
  // Ended sessions are refused by the rooms, which hear of them; here a token is good until it expires.
  verifyToken: createTokenVerifier({ keys, revocations: createRevocations(), now }),
  now,
  log,
})
log.info('the gateway answers', { url: gateway.url })

const stop = async () => {
  await gateway.stop()
  await Promise.all(Array.from(subgraphs.values(), (subgraph) => subgraph.stop()))
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void stop().then(() => process.exit(0)))
}
