import type { DataSource } from 'typeorm'
import { type Engine, type EngineName, type Entity, rememberEngine } from './engine.js'
import { migrate } from './migrate.js'
import { enginesOf, type Migration } from './migration.js'

export type Database = DataSource

/** What a subgraph keeps: its tables, and how they came about. */
export interface Tables {
  readonly entities: readonly Entity[]
  /** In their order. Where all have steps for an engine, its URL is taken. */
  readonly migrations: readonly Migration[]
}

/** A driver costs memory and time at the start: it is loaded where it is used. */
const loadEngine: Readonly<Record<EngineName, () => Promise<Engine>>> = {
  postgres: async () => (await import('./postgres.js')).postgres,
  mysql: async () => (await import('./mysql.js')).mysql,
}

const engineOfScheme: Readonly<Record<string, EngineName>> = {
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'mysql:': 'mysql',
}

/** The engine that the scheme of the URL names, if these tables can be kept on it. */
function engineFor(url: string, { migrations }: Tables): EngineName | undefined {
  const engine = URL.canParse(url) ? engineOfScheme[new URL(url).protocol] : undefined
  return engine !== undefined && enginesOf(migrations).includes(engine) ? engine : undefined
}

/** Whether these tables can be kept on the engine that the scheme of the URL names. */
export const takesUrl = (tables: Tables, url: string): boolean => engineFor(url, tables) !== undefined

export interface ConnectOptions {
  /** Its scheme chooses the engine. */
  readonly url: string
  readonly tables: Tables
  /** How many connections this process may hold. */
  readonly poolSize: number
  /** The pool's own faults, such as a connection that the server closed: a new one replaces it. */
  readonly onConnectionError: (error: unknown) => void
}

/** Connects, and brings the tables up to date. Refuses a database that a newer release has migrated. */
export async function connectDatabase(options: ConnectOptions): Promise<Database> {
  let isMigrating = true
  const database = await open(options, () => isMigrating)
  try {
    await migrate(database, options.tables.migrations)
    isMigrating = false
    return database
  } catch (error) {
    await database.destroy()
    throw error
  }
}

/** Connects, and leaves the tables to the process that owns them: for a command beside it. */
export function openDatabase(options: ConnectOptions): Promise<Database> {
  return open(options, () => false)
}

async function open(
  { url, tables, poolSize, onConnectionError }: ConnectOptions,
  mayTakeLong: () => boolean,
): Promise<Database> {
  const engineName = engineFor(url, tables)
  if (engineName === undefined) {
    const forms = enginesOf(tables.migrations).map((name) => `${name}://user:password@host:port/database`)
    throw new Error(`These tables cannot be kept where DATABASE_URL says. Give ${forms.join(' or ')}.`)
  }
  const engine = await loadEngine[engineName]()
  const database = await engine.open({ url, entities: tables.entities, poolSize, onConnectionError, mayTakeLong })
  rememberEngine(database, engine)
  return database
}
