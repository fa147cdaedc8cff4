import type { Actor, RevocationList, VerifyToken } from '@caregraph/access'
import type { Cache } from '@caregraph/cache'
import type { Database, Transaction } from '@caregraph/database'
import { type EventBus, type Handlers, type Stop, startConsumer } from '@caregraph/events'
import { type Log, traceOf } from '@caregraph/telemetry'
import { type SubgraphClient, type SubgraphRequest, SubgraphUnavailable } from './client.js'
import type { Clinic } from './clinic.js'
import { type Context, contextOf } from './context.js'
import { executorOf } from './execute.js'
import { type Job, startJob } from './jobs.js'
import { observeInbox } from './observe-storage.js'
import { observeAnswers } from './observed.js'
import type { Peers } from './peers.js'
import type { Reference } from './reference.js'
import { type Resolvers, type SubgraphSchema, subgraphSchema } from './schema.js'
import { type Engines, openStorage, type SqlDefinition } from './storage.js'

/** What a subgraph is given at its start. Nothing in it tells whether the others run in this process. */
export interface Environment {
  readonly databaseUrl: string
  readonly bus: EventBus
  /** What the copies of this subgraph share, and can do without. */
  readonly cache: Cache
  readonly peers: Peers
  readonly verifyToken: VerifyToken
  /** Where the owner of the sessions says which tokens `verifyToken` is to refuse. */
  readonly revocations: RevocationList
  readonly clinic: Clinic
  readonly now: () => Date
  readonly log: Log
  /** Settings by their names in the process's environment, such as PENDING_SECONDS. */
  readonly settings: Readonly<Record<string, string | undefined>>
}

/** What runs beside the requests: it may reach the same things, and acts for nobody. */
export interface Room<Services> {
  readonly database: Database
  readonly services: Services
  readonly clinic: Clinic
  readonly bus: EventBus
  readonly cache: Cache
  readonly revocations: RevocationList
  readonly now: () => Date
  readonly log: Log
  readonly settings: Environment['settings']
}

/** What happens on the events of others, by the type of the event. */
type Consuming<Services, Tx> = { readonly handlers?: (room: Room<Services>) => Handlers<Tx> }

export type SubgraphDefinition<Services> = SqlDefinition<Services> & {
  readonly resolvers: Resolvers
  /** The doors to its entities, by the name of the type. */
  readonly references: Readonly<Record<string, Reference>>
  /** What is done again and again, such as letting requests lapse. Must be safe in any number of copies. */
  readonly jobs?: readonly Job<Services>[]
  /** What is answered outside GraphQL, by path; the path's last part may be a parameter. */
  readonly routes?: Readonly<Record<string, (request: Request, room: Room<Services>) => Promise<Response>>>
} & (
    | (Consuming<Services, Transaction> & { readonly engines?: undefined })
    // Other engines have no transaction to give: an effect is to be exactly once without one.
    | (Consuming<Services, Transaction | undefined> & { readonly engines: Engines<Services> })
  )

/** A subgraph as a value: it runs as its own process, in one process with the others, or in a test, with the same code. */
export interface Subgraph {
  readonly name: string
  schema(): SubgraphSchema
  start(environment: Environment): Promise<RunningSubgraph>
}

export interface RunningSubgraph extends SubgraphClient {
  readonly database: Database
  /** From then on it answers like a process that is gone: with SubgraphUnavailable. */
  stop(): Promise<void>
}

export function defineSubgraph<Services = undefined>(definition: SubgraphDefinition<Services>): Subgraph {
  let built: SubgraphSchema | undefined
  const schema = () => {
    built ??= subgraphSchema(definition.resolvers, definition.references)
    return built
  }
  return { name: definition.name, schema, start: (environment) => start(definition, schema(), environment) }
}

async function start<Services>(
  definition: SubgraphDefinition<Services>,
  { schema }: SubgraphSchema,
  environment: Environment,
): Promise<RunningSubgraph> {
  const { name } = definition
  const { databaseUrl, peers, verifyToken, ...surroundings } = environment
  const { bus, clinic, now, log } = surroundings
  const onFault = (error: unknown) => log.error('a background task failed', { subgraph: name, ...traceOf(error) })
  const { room, inbox, startUpkeep, ...storage } = await openStorage(definition, databaseUrl, surroundings, onFault)
  const stops: Stop[] = [storage.stop]
  let isStopped = false
  const stop = async () => {
    isStopped = true
    for (const each of stops.splice(0).reverse()) await each()
  }
  const whileRunning =
    <Asked, Answer>(answer: (asked: Asked) => Promise<Answer>) =>
    async (asked: Asked): Promise<Answer> => {
      if (isStopped) throw new SubgraphUnavailable(name)
      return answer(asked)
    }
  try {
    if (definition.handlers) {
      // Handlers that need a transaction stand only where no engine is named that has none.
      const handlers = definition.handlers(room) as Handlers<Transaction | undefined>
      const onDeadLetter = (letter: object) => log.error('an event became a dead letter', { ...letter })
      stops.push(observeInbox(name, inbox))
      stops.push(await startConsumer({ name, inbox, bus, handlers, now, onDeadLetter, onFault }))
    }
    stops.push(...startUpkeep())
    for (const job of definition.jobs ?? []) stops.push(startJob(job, room, onFault))

    const contextFor = (request: SubgraphRequest, actor: Actor | undefined): Context =>
      contextOf<unknown>({
        actor,
        requestId: request.requestId,
        traceparent: request.traceparent,
        clientAddress: request.clientAddress,
        userAgent: request.userAgent,
        signal: request.signal,
        deadlineAt: request.deadlineAt,
        now,
        clinic,
        database: room.database,
        peers,
        services: room.services,
      })
    const executor = observeAnswers(name, executorOf({ subgraph: name, schema, verifyToken, contextFor, log }))
    return {
      name,
      database: room.database,
      execute: whileRunning(executor.execute),
      subscribe: whileRunning(executor.subscribe),
      fetch: whileRunning((request) => answerRoute(definition, room, request)),
      isReady: storage.isReady,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function answerRoute<Services>(
  { routes = {} }: Pick<SubgraphDefinition<Services>, 'routes'>,
  room: Room<Services>,
  request: Request,
): Promise<Response> {
  const { pathname } = new URL(request.url)
  const route = routes[pathname] ?? routes[pathname.slice(0, pathname.lastIndexOf('/') + 1)]
  return route === undefined ? Promise.resolve(new Response(null, { status: 404 })) : route(request, room)
}
