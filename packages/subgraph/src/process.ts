import { setTimeout as delay } from 'node:timers/promises'
import {
  createRevocations,
  createTokenVerifier,
  followRevocations,
  publishedKeys,
  publishedRevocations,
} from '@caregraph/access'
import { openCache } from '@caregraph/cache'
import { isDatabaseAway } from '@caregraph/database'
import { createLocalBus, type EventBus, lateBus, type Stop } from '@caregraph/events'
import { jsonLog, type Log, metrics, startTelemetry, traceOf } from '@caregraph/telemetry'
import { type SubgraphClient, SubgraphUnavailable } from './client.js'
import type { RunningSubgraph, Subgraph } from './define-subgraph.js'
import { type HttpSubgraph, httpSubgraph } from './http-subgraph.js'
import { peersOf } from './peers.js'
import { type ProcessSettings, readProcessSettings } from './process-settings.js'
import { runProcess } from './run-process.js'
import { serveSubgraph } from './serve.js'
import type { Variables } from './settings.js'

/** How long a process waits for a database that is not there yet; who supervises it starts it again. */
const databaseWithinMilliseconds = 60_000
const lookForDatabaseMilliseconds = 500
/** So long the door stays closed for a broker: events of that time are not seen live, and nothing else needs it. */
const brokerWithinMilliseconds = 10_000

/** Done with the started subgraph before its door opens. */
export type Prepare = (running: RunningSubgraph, variables: Variables, now: Date) => Promise<void>

export interface SubgraphProcess {
  /** Where it answers GraphQL. */
  readonly url: string
  /** Lets what is under way end, then stops everything in the reverse order of its start. */
  stop(): Promise<void>
}

/** Runs a subgraph as this process, by the settings of its environment, until SIGTERM: then it exits with 0. */
export function runSubgraph(subgraph: Subgraph, prepare?: Prepare): Promise<void> {
  return runProcess(subgraph.name, (end, ending) =>
    startSubgraphProcess({ subgraph, variables: process.env, onStopped: end, ending, prepare }),
  )
}

/** `onStopped` is called when the process can do no more than end: its consumer has stopped for good. */
export async function startSubgraphProcess(options: {
  subgraph: Subgraph
  variables: Variables
  onStopped: () => void
  /** Aborts when the process is to end, also in the middle of its start. */
  ending?: AbortSignal
  prepare?: Prepare | undefined
  log?: Log
}): Promise<SubgraphProcess> {
  const { subgraph, variables, ending = new AbortController().signal } = options
  const settings = readProcessSettings(subgraph.name, variables)
  const stops: Stop[] = []
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each()
  }
  try {
    const telemetry = await startTelemetry({
      service: subgraph.name,
      settings: settings.telemetry,
      log: options.log ?? jsonLog(subgraph.name),
    })
    const { log } = telemetry
    stops.push(telemetry.stop)
    const databaseUrl = settings.databaseUrl ?? (await startOwnDatabase(subgraph.name, settings, stops))
    const { bus, listening } = await openBus(subgraph.name, settings, { log, onStopped: options.onStopped }, stops)
    const peers = openPeers(settings, stops)
    let running: RunningSubgraph | undefined
    const clientOf = (name: string): Pick<SubgraphClient, 'execute' | 'fetch'> => {
      const client = name === subgraph.name ? running : peers.get(name)
      if (client === undefined) throw new SubgraphUnavailable(name)
      return client
    }
    const now = () => new Date()
    const cache = await openCache(settings.cacheUrl, {
      now,
      secret: settings.key,
      onFault: (error) => log.error('the cache was asked in vain', traceOf(error)),
    })
    stops.push(cache.close)
    const revocations = createRevocations()
    const askAuth = async (request: Request) => clientOf('auth').fetch(request)
    const keys = publishedKeys(askAuth)
    if (subgraph.name !== 'auth') {
      const onFault = (error: unknown) => log.error('auth was asked in vain what was revoked', traceOf(error))
      stops.push(followRevocations({ read: publishedRevocations(askAuth), revocations, cache, onFault }))
    }
    const environment = {
      ...{ databaseUrl, bus, cache, revocations, now, log },
      peers: peersOf(clientOf),
      verifyToken: createTokenVerifier({ keys, revocations, now }),
      clinic: settings.clinic,
      settings: variables,
    }
    running = await whenDatabaseIsThere(() => subgraph.start(environment), { log, ending })
    stops.push(running.stop)
    await options.prepare?.(running, variables, now())
    await Promise.race([listening(), pause(brokerWithinMilliseconds, ending)])
    const server = await serveSubgraph(running, settings)
    stops.push(server.stop)
    log.info('the subgraph answers', { url: server.url })
    return { url: server.url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startOwnDatabase(name: string, { dataDirectory }: ProcessSettings, stops: Stop[]): Promise<string> {
  const { ensureDatabase, startEmbeddedPostgres } = await import('@caregraph/embedded-postgres')
  const postgres = await startEmbeddedPostgres({ dataDirectory })
  stops.push(() => postgres.stop())
  return ensureDatabase(postgres, name)
}

async function openBus(
  name: string,
  { brokerUrl }: ProcessSettings,
  { log, onStopped }: { log: Log; onStopped: () => void },
  stops: Stop[],
): Promise<{ bus: EventBus; listening: () => Promise<void> }> {
  if (brokerUrl === undefined) return { bus: createLocalBus(), listening: async () => undefined }
  const { createKafkaBus } = await import('@caregraph/events/kafka')
  const onFault = (error: unknown) => log.error('the broker was asked in vain', traceOf(error))
  const kafka = createKafkaBus({
    url: brokerUrl,
    clientId: name,
    onFault,
    onPoison: (poison) => {
      metrics.poison.add({ consumer: poison.group })
      log.error('a message that is no event became a dead letter', { ...poison })
    },
    onStopped: (error) => {
      log.error('a consumer has stopped for good', traceOf(error))
      onStopped()
    },
  })
  stops.push(() => kafka.close())
  const unread = metrics.consumerLag.readBy(async () => {
    const lags = await kafka.lag()
    return lags.map(({ group: consumer, topic, events }) => ({ labels: { consumer, topic }, value: events }))
  })
  stops.push(async () => unread())
  const bus = lateBus(kafka, onFault)
  return { bus, listening: bus.listening }
}

function openPeers({ peers, key }: ProcessSettings, stops: Stop[]): ReadonlyMap<string, HttpSubgraph> {
  const clients = new Map(Array.from(peers, ([name, urls]) => [name, httpSubgraph(name, urls, { key })] as const))
  stops.push(async () => void (await Promise.all(Array.from(clients.values(), (client) => client.stop()))))
  return clients
}

/** All processes of a clinic start at the same time, so the database may be the last. */
async function whenDatabaseIsThere<T>(
  start: () => Promise<T>,
  { log, ending }: { log: Log; ending: AbortSignal },
): Promise<T> {
  const end = performance.now() + databaseWithinMilliseconds
  for (;;) {
    ending.throwIfAborted()
    try {
      return await start()
    } catch (error) {
      if (!isDatabaseAway(error) || performance.now() > end) throw error
      log.info('the database is not there yet', traceOf(error))
      await pause(lookForDatabaseMilliseconds, ending)
    }
  }
}

/** Ends early when the process is to end. */
const pause = (milliseconds: number, ending: AbortSignal): Promise<void> =>
  delay(milliseconds, undefined, { signal: ending }).catch(() => undefined)
