import type { Actor, RevocationList, VerifyToken } from '@caregraph/access'
import {
  connectDatabase,
  type Database,
  forgetOldKeys,
  IdempotencyKeys1760000000001,
  type Tables,
} from '@caregraph/database'
import {
  type EventBus,
  type Handlers,
  Inbox1760000000003,
  Outbox1760000000002,
  type Stop,
  startConsumer,
  startRelay,
} from '@caregraph/events'
import { type SubgraphClient, type SubgraphRequest, SubgraphUnavailable } from './client.js'
import type { Clinic } from './clinic.js'
import { type Context, contextOf } from './context.js'
import { executorOf } from './execute.js'
import { type Log, traceOf } from './faults.js'
import type { Peers } from './peers.js'
import type { Reference } from './reference.js'
import { type Resolvers, type SubgraphSchema, subgraphSchema } from './schema.js'

/** What a subgraph is given at its start. Nothing in it tells whether the others run in this process. */
export interface Environment {
  readonly databaseUrl: string
  readonly bus: EventBus
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
  readonly revocations: RevocationList
  readonly now: () => Date
  readonly log: Log
  readonly settings: Environment['settings']
}

export interface SubgraphDefinition<Services> {
  readonly name: string
  readonly resolvers: Resolvers
  /** The doors to its entities, by the name of the type. */
  readonly references: Readonly<Record<string, Reference>>
  readonly tables: Tables
  /** How many database connections one process may hold. */
  readonly poolSize?: number
  /** What it has besides its tables, made once at the start; `stop` ends it. */
  readonly services?: (room: Omit<Room<never>, 'services'>) => Promise<{ services: Services; stop?: Stop }>
  /** What happens on the events of others, by the type of the event. */
  readonly handlers?: (room: Room<Services>) => Handlers
  /** What is done again and again, such as letting requests lapse. Must be safe in any number of copies. */
  readonly jobs?: readonly Job<Services>[]
  /** What is answered outside GraphQL, by path; the path's last part may be a parameter. */
  readonly routes?: Readonly<Record<string, (request: Request, room: Room<Services>) => Promise<Response>>>
}

export interface Job<Services> {
  readonly name: string
  readonly everySeconds: number
  readonly run: (room: Room<Services>) => Promise<unknown>
}

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

const defaultPoolSize = 8

const forgetKeys: Job<unknown> = {
  name: 'forget-idempotency-keys',
  everySeconds: 3_600,
  run: ({ database, now }) => forgetOldKeys(database, now()),
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
  const { bus, clinic, now, log, peers, revocations, settings, verifyToken } = environment
  const onFault = (error: unknown) => log.error('a background task failed', { subgraph: name, ...traceOf(error) })
  const database = await connectDatabase({
    url: environment.databaseUrl,
    tables: {
      entities: definition.tables.entities,
      migrations: [
        IdempotencyKeys1760000000001,
        Outbox1760000000002,
        Inbox1760000000003,
        ...definition.tables.migrations,
      ],
    },
    poolSize: definition.poolSize ?? defaultPoolSize,
    onConnectionError: onFault,
  })
  const stops: Stop[] = [() => database.destroy()]
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
    const bare = { database, clinic, bus, revocations, now, log, settings }
    const made = await definition.services?.(bare)
    if (made?.stop) stops.push(made.stop)
    const room: Room<Services> = { ...bare, services: made?.services as Services }
    if (definition.handlers) {
      const handlers = definition.handlers(room)
      const onDeadLetter = (letter: object) => log.error('an event became a dead letter', { ...letter })
      stops.push(await startConsumer({ name, database, bus, handlers, now, onDeadLetter, onFault }))
    }
    stops.push(startRelay({ database, topic: `${name}-events`, bus, onFault }))
    for (const job of [forgetKeys, ...(definition.jobs ?? [])]) stops.push(startJob(job, room, onFault))

    const contextFor = (request: SubgraphRequest, actor: Actor | undefined): Context =>
      contextOf<unknown>({
        actor,
        requestId: request.requestId,
        clientAddress: request.clientAddress,
        userAgent: request.userAgent,
        signal: request.signal,
        deadlineAt: request.deadlineAt,
        now,
        clinic,
        database,
        peers,
        services: room.services,
      })
    const executor = executorOf({ subgraph: name, schema, verifyToken, contextFor, log })
    return {
      name,
      database,
      execute: whileRunning(executor.execute),
      subscribe: whileRunning(executor.subscribe),
      fetch: whileRunning((request) => answerRoute(definition, room, request)),
      isReady: () =>
        database.query('SELECT 1').then(
          () => true,
          () => false,
        ),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function startJob<Services>(job: Job<Services>, room: Room<Services>, onFault: (error: unknown) => void): Stop {
  let stopped = false
  let timer: NodeJS.Timeout
  let running: Promise<unknown> = Promise.resolve()
  const next = () => {
    timer = setTimeout(() => {
      running = job
        .run(room)
        .catch(onFault)
        .finally(() => stopped || next())
    }, job.everySeconds * 1000)
  }
  next()
  return async () => {
    stopped = true
    clearTimeout(timer)
    await running
  }
}

function answerRoute<Services>(
  { routes = {} }: SubgraphDefinition<Services>,
  room: Room<Services>,
  request: Request,
): Promise<Response> {
  const { pathname } = new URL(request.url)
  const route = routes[pathname] ?? routes[pathname.slice(0, pathname.lastIndexOf('/') + 1)]
  return route === undefined ? Promise.resolve(new Response(null, { status: 404 })) : route(request, room)
}
