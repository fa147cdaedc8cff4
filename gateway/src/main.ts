import { createRevocations, createTokenVerifier, publishedKeys } from '@caregraph/access'
import type { Log } from '@caregraph/subgraph'
import { readEnvironment } from './environment.js'
import { startGateway } from './server.js'
import { type RemoteSubgraph, remoteSubgraph } from './subgraph-client.js'

const write = (level: string) => (message: string, details?: object) =>
  void process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), level, message, ...details })}\n`)
const log: Log = { info: write('info'), error: write('error') }

const environment = readEnvironment(process.env)
const subgraphs = new Map(
  Array.from(environment.subgraphUrls, ([name, urls]) => [name, remoteSubgraph(name, urls)] as const),
)
const keys = publishedKeys((request) => (subgraphs.get('auth') as RemoteSubgraph).fetch(request))
const now = () => new Date()

const gateway = await startGateway({
  ...environment,
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
