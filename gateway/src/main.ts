import {
  createRevocations,
  createTokenVerifier,
  followRevocations,
  publishedKeys,
  publishedRevocations,
} from '@caregraph/access'
import { openCache } from '@caregraph/cache'
import { traceOf, WrongSettings } from '@caregraph/subgraph'
import { startTelemetry } from '@caregraph/telemetry'
import { type Environment, readEnvironment } from './environment.js'
import { startGateway } from './server.js'
import { type RemoteSubgraph, remoteSubgraph } from './subgraph-client.js'

const environment = settingsOrEnd()
const telemetry = await startTelemetry({ service: 'gateway', settings: environment.telemetry })
const { log } = telemetry
const { subgraphUrls, subgraphKey: key } = environment
const subgraphs = new Map(
  Array.from(subgraphUrls, ([name, urls]) => [name, remoteSubgraph(name, urls, { key })] as const),
)
const askAuth = (request: Request) => (subgraphs.get('auth') as RemoteSubgraph).fetch(request)
const keys = publishedKeys(askAuth)
const now = () => new Date()
const told = (message: string) => (error: unknown) => log.error(message, traceOf(error))
const cache = await openCache(environment.cacheUrl, {
  now,
  secret: key,
  onFault: told('the cache was asked in vain'),
})
const revocations = createRevocations()
const stopFollowing = followRevocations({
  ...{ read: publishedRevocations(askAuth), revocations, cache },
  onFault: told('auth was asked in vain what was revoked'),
})

const gateway = await startGateway({
  ...environment,
  subgraphs,
  verifyToken: createTokenVerifier({ keys, revocations, now }),
  cache,
  now,
  log,
})
log.info('the gateway answers', { url: gateway.url })

const stop = async () => {
  await gateway.stop()
  await stopFollowing()
  await cache.close()
  await Promise.all(Array.from(subgraphs.values(), (subgraph) => subgraph.stop()))
  await telemetry.stop()
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void stop().then(() => process.exit(0)))
}

/** What is wrong with the settings is for whoever set them: a list without a stack. */
function settingsOrEnd(): Environment {
  try {
    return readEnvironment(process.env)
  } catch (error) {
    if (!(error instanceof WrongSettings)) throw error
    console.error(error.message)
    process.exit(1)
  }
}
