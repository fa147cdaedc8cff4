import {
  connectDatabase,
  type Database,
  enginesOf,
  forgetOldKeys,
  idempotencyKeys,
  type Tables,
  type Transaction,
  takesUrl,
} from '@caregraph/database'
import {
  type Inbox,
  inboxForgetsNothing,
  inboxTable,
  outboxTable,
  postgresInbox,
  type Stop,
  startRelay,
} from '@caregraph/events'
import type { Room } from './define-subgraph.js'
import { type Job, startJob } from './jobs.js'
import { observeDatabase } from './observe-storage.js'
import { WrongSettings } from './settings.js'

/** What there is around a subgraph before its storage is open. */
export type Surroundings = Omit<Room<never>, 'services' | 'database'>

export interface SqlDefinition<Services> {
  readonly name: string
  readonly tables: Tables
  /** How many database connections one process may hold. */
  readonly poolSize?: number
  /** What it has besides its tables, made once at the start; `stop` ends it. */
  readonly services?: (room: Omit<Room<never>, 'services'>) => Promise<{ services: Services; stop?: Stop }>
}

/** What a subgraph keeps its things in where that is no SQL database: it has no outbox, and no idempotency keys. */
export interface OpenedEngine<Services> {
  readonly services: Services
  /** Without transactions: its effects know by themselves what is done. */
  readonly inbox: Inbox<undefined>
  isReady(): Promise<boolean>
  readonly stop: Stop
}

/** How other engines than SQL are opened, by the scheme of their URLs. */
export type Engines<Services> = Readonly<
  Record<string, (url: string, room: Surroundings) => Promise<OpenedEngine<Services>>>
>

/** A subgraph's things, opened, and what runs beside the requests for their sake. */
export interface Storage<Services> {
  readonly room: Room<Services>
  readonly inbox: Inbox<Transaction | undefined>
  /** Starts what carries the outbox and forgets what is old. */
  startUpkeep(): Stop[]
  isReady(): Promise<boolean>
  readonly stop: Stop
}

type Definition<Services> = SqlDefinition<Services> & { readonly engines?: Engines<Services> | undefined }
type OnFault = (error: unknown) => void

const defaultPoolSize = 8

/** Opens what the scheme of the URL says. Throws WrongSettings where the subgraph does not take it. */
export async function openStorage<Services>(
  definition: Definition<Services>,
  databaseUrl: string,
  surroundings: Surroundings,
  onFault: OnFault,
): Promise<Storage<Services>> {
  const { name, engines = {} } = definition
  // Such as mongodb of mongodb+srv://…
  const scheme = /^[a-z]+/.exec(databaseUrl)?.[0] ?? ''
  const openEngine = Object.hasOwn(engines, scheme) ? engines[scheme] : undefined
  if (openEngine) {
    const { services, ...opened } = await openEngine(databaseUrl, surroundings)
    const room = { ...surroundings, services, database: noDatabase(name, scheme) }
    return { ...opened, room, startUpkeep: () => [] }
  }
  if (takesUrl(definition.tables, databaseUrl)) return openSql(definition, databaseUrl, surroundings, onFault)
  const taken = [...enginesOf(definition.tables.migrations), ...Object.keys(engines)]
    .map((each) => `${each}://`)
    .join(' or ')
  throw new WrongSettings(`DATABASE_URL begins with ${scheme}:, but ${name} takes ${taken}.`)
}

async function openSql<Services>(
  { name, tables, poolSize = defaultPoolSize, services: open }: SqlDefinition<Services>,
  url: string,
  surroundings: Surroundings,
  onFault: OnFault,
): Promise<Storage<Services>> {
  const database = await connectDatabase({
    url,
    tables: {
      entities: tables.entities,
      // Also without handlers: a database that has a migration more than the code is taken for a newer one's.
      migrations: [idempotencyKeys, outboxTable, inboxTable, inboxForgetsNothing, ...tables.migrations],
    },
    poolSize,
    onConnectionError: onFault,
  })
  try {
    const opened = await open?.({ ...surroundings, database })
    const room: Room<Services> = { ...surroundings, database, services: opened?.services as Services }
    return {
      room,
      inbox: postgresInbox(database, name),
      startUpkeep: () => [
        startRelay({ database, topic: `${name}-events`, bus: room.bus, onFault }),
        observeDatabase(name, database, room.now),
        startJob(forgetKeys, room, onFault),
      ],
      isReady: () =>
        database.query('SELECT 1').then(
          () => true,
          () => false,
        ),
      async stop() {
        await opened?.stop?.()
        await database.destroy()
      },
    }
  } catch (error) {
    await database.destroy()
    throw error
  }
}

const forgetKeys: Job<unknown> = {
  name: 'forget-idempotency-keys',
  everySeconds: 3_600,
  run: ({ database, now }) => forgetOldKeys(database, now()),
}

/** Stands where there is none: whoever reaches for it is told so. */
function noDatabase(name: string, scheme: string): Database {
  const refuse = (): never => {
    throw new Error(`${name} runs on ${scheme}:// and has no SQL database: reach for its services instead.`)
  }
  return new Proxy({} as Database, { get: refuse })
}
