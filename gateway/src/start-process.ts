import {
  createRevocations,
  createTokenVerifier,
  followRevocations,
  publishedKeys,
  publishedRevocations,
} from '@caregraph/access'
import { openCache } from '@caregraph/cache'
import { startTelemetry, traceOf } from '@caregraph/telemetry'
import { readEnvironment } from './environment.js'
import { startGateway } from './server.js'
import { type RemoteSubgraph, remoteSubgraph } from './subgraph-client.js'

/** Starts a gateway by the settings of its environment, in front of subgraphs that are processes of their own. */
export async function startGatewayProcess(variables: NodeJS.ProcessEnv): Promise<{ stop(): Promise<void> }> {
  const environment = readEnvironment(variables)
  const telemetry = await startTelemetry({ service: 'gateway', settings: environment.telemetry })
  const { log } = telemetry
  const told = (message: string) => (error: unknown) => log.error(message, traceOf(error))
  const { subgraphUrls, subgraphKey: key, cacheUrl } = environment
  const subgraphs = new Map(
    Array.from(subgraphUrls, ([name, urls]) => [name, remoteSubgraph(name, urls, { key })] as const),
  )
  const askAuth = (request: Request) => (subgraphs.get('auth') as RemoteSubgraph).fetch(request)
  const keys = publishedKeys(askAuth)
  const now = () => new Date()
  const cache = await openCache(cacheUrl, { now, secret: key, onFault: told('the cache was asked in vain') })
  const revocations = createRevocations()
  const stopFollowing = followRevocations({
    ...{ read: publishedRevocations(askAuth), revocations, cache },
    onFault: told('auth was asked in vain what was revoked'),
  })
  const verifyToken = createTokenVerifier({ keys, revocations, now })
  const gateway = await startGateway({ ...environment, subgraphs, verifyToken, cache, now, log })
  log.info('the gateway answers', { url: gateway.url })
  return {
    async stop() {
      await gateway.stop()
      await stopFollowing()
      await cache.close()
      await Promise.all(Array.from(subgraphs.values(), (subgraph) => subgraph.stop()))
      await telemetry.stop()
    },
  }
}
