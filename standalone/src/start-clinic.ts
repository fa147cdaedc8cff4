import { readFile } from 'node:fs/promises'
import { createRevocations, createTokenVerifier, publishedKeys } from '@caregraph/access'
import { analytics } from '@caregraph/analytics'
import { appointment } from '@caregraph/appointment'
import { auth } from '@caregraph/auth'
import { billing } from '@caregraph/billing'
import { memoryCache } from '@caregraph/cache'
import { doctor } from '@caregraph/doctor'
import { ensureDatabase, startEmbeddedPostgres } from '@caregraph/embedded-postgres'
import { createLocalBus, type Stop } from '@caregraph/events'
import { type Gateway, startGateway } from '@caregraph/gateway'
import { patient } from '@caregraph/patient'
import {
  type Environment,
  type Log,
  peersOf,
  type RunningSubgraph,
  type Subgraph,
  SubgraphUnavailable,
} from '@caregraph/subgraph'
import { type ClinicClock, clinicClock } from './clinic-clock.js'
import { postgresDirectory, type Settings } from './settings.js'

export interface RunningClinic {
  readonly gateway: Gateway
  readonly subgraphs: ReadonlyMap<string, RunningSubgraph>
  /** Settles when PostgreSQL has ended, asked to or not: without it the clinic cannot go on. */
  readonly databaseEnded: Promise<void>
  /** Lets what is under way end, then stops everything in the reverse order of its start. */
  stop(): Promise<void>
}

const supergraphFile = new URL('../../schema/supergraph.graphql', import.meta.url)

/** In the order in which events flow: who tells stops before who listens. */
const rooms = [auth, patient, doctor, appointment, billing, analytics]

async function stopInOrder(running: ReadonlyMap<string, RunningSubgraph>): Promise<void> {
  for (const { name } of rooms) await running.get(name)?.stop()
}

/** What Apollo Sandbox shows first. */
const firstQuery = `# Anybody may ask this. For more, sign in with an account that the terminal names:
#   mutation { login(input: { email: "…", password: "…" }) { ... on Session { accessToken } } }
# and under Headers set Authorization to: Bearer <accessToken>
query WhoCanSeeMe {
  doctors(first: 5) {
    edges {
      node {
        name
        specialization
        department
        weeklyHours {
          day
          startsAt
          endsAt
        }
      }
    }
  }
}`

/**
 * The whole clinic in one process: PostgreSQL with a database and a login for each subgraph, the six subgraphs with
 * the local bus between them, and the gateway in front. `prepare` runs before the door opens.
 */
export async function startClinic(
  settings: Settings,
  log: Log,
  prepare: (subgraphs: ReadonlyMap<string, RunningSubgraph>, clock: ClinicClock) => Promise<void> = async () =>
    undefined,
): Promise<RunningClinic> {
  const stops: Stop[] = []
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each()
  }
  try {
    const postgres = await startEmbeddedPostgres({ dataDirectory: postgresDirectory(settings) })
    stops.push(() => postgres.stop())

    const clock = clinicClock()
    const running = new Map<string, RunningSubgraph>()
    const clientOf = (name: string): RunningSubgraph => {
      const subgraph = running.get(name)
      if (subgraph === undefined) throw new SubgraphUnavailable(name)
      return subgraph
    }
    const revocations = createRevocations()
    const keys = publishedKeys((request) => clientOf('auth').fetch(request))
    const environment: Omit<Environment, 'databaseUrl'> = {
      cache: memoryCache(clock.now),
      bus: createLocalBus({ groups: [billing.name, analytics.name] }),
      peers: peersOf(clientOf),
      verifyToken: createTokenVerifier({ keys, revocations, now: clock.now }),
      revocations,
      clinic: settings.clinic,
      now: clock.now,
      log,
      settings: settings.environment,
    }
    stops.push(() => stopInOrder(running))
    const startOne = async (subgraph: Subgraph) => {
      const databaseUrl = await ensureDatabase(postgres, subgraph.name)
      running.set(subgraph.name, await subgraph.start({ ...environment, databaseUrl }))
    }
    const starts = await Promise.allSettled(rooms.map(startOne))
    for (const start of starts) if (start.status === 'rejected') throw start.reason
    await prepare(running, clock)

    const gateway = await startGateway({
      port: settings.port,
      host: settings.host,
      supergraphSdl: await readFile(supergraphFile, 'utf8'),
      subgraphs: running,
      verifyToken: environment.verifyToken,
      cache: environment.cache,
      now: clock.now,
      log,
      production: settings.isProduction,
      settings: {
        anonymousPerMinute: settings.anonymousPerMinute,
        userPerMinute: settings.userPerMinute,
        trustedProxies: settings.trustedProxies,
        firstQuery,
      },
    })
    stops.push(() => gateway.stop())
    return { gateway, subgraphs: running, databaseEnded: postgres.ended, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
