import { createRevocations, createTokenVerifier, publishedKeys } from '@caregraph/access'
import { startTelemetry } from '@caregraph/telemetry'
import { readEnvironment } from './environment.js'
import { startGateway } from './server.js'
import { type RemoteSubgraph, remoteSubgraph } from './subgraph-client.js'

const environment = readEnvironment(process.env)
const telemetry = await startTelemetry({ service: 'gateway', settings: environment.telemetry })
const { log } = telemetry
const { subgraphUrls, subgraphKey: key } = environment
const subgraphs = new Map(
  Array.from(subgraphUrls, ([name, urls]) => [name, remoteSubgraph(name, urls, { key })] as const),
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
  await telemetry.stop()
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void stop().then(() => process.exit(0)))
}
