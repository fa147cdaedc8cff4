import pg from 'pg'
import { DataSource, type EntitySchema, type MigrationInterface } from 'typeorm'
import { migrate } from './migrate.js'

export type Database = DataSource

export type Migration = new () => MigrationInterface
// biome-ignore lint/complexity/noBannedTypes: TypeORM's own type of an entity class
export type Entity = Function | EntitySchema

/** What a subgraph keeps: its tables, and how they came about. */
export interface Tables {
  readonly entities: readonly Entity[]
  readonly migrations: readonly Migration[]
}

const idleMilliseconds = 30_000
const connectMilliseconds = 5_000
const statementMilliseconds = 15_000

// A day is a text such as 1984-02-29: as an instant it would become another day in another zone.
pg.types.setTypeParser(pg.types.builtins.DATE, (day) => day)

/** Connects, and brings the tables up to date. Refuses a database that a newer release has migrated. */
export async function connectDatabase(options: {
  url: string
  tables: Tables
  /** How many connections this process may hold. */
  poolSize: number
  /** The pool's own faults, such as a connection that the server closed: a new one replaces it. */
  onConnectionError: (error: unknown) => void
}): Promise<Database> {
  const database: Database = new DataSource({
    type: 'postgres',
    url: options.url,
    entities: [...options.tables.entities],
    migrations: [...options.tables.migrations],
    migrationsTransactionMode: 'each',
    synchronize: false,
    // Whole numbers stay numbers: money is kept within the safe integers by its own scalar.
    parseInt8: true,
    logging: false,
    installExtensions: false,
    poolSize: options.poolSize,
    // A pool that was closed is not asked again, yet hears of a server that stops while it says goodbye.
    poolErrorHandler: (error) => database.isInitialized && options.onConnectionError(error),
    extra: {
      idleTimeoutMillis: idleMilliseconds,
      connectionTimeoutMillis: connectMilliseconds,
      statement_timeout: statementMilliseconds,
      onConnect: outliveErrors,
    },
  })
  await database.initialize()
  try {
    await migrate(database)
    return database
  } catch (error) {
    await database.destroy()
    throw error
  }
}

/**
 * A connection that breaks while the pool hands it over has no listener for a moment, and its `error` event would end
 * the process. Its next statement fails, which tells whoever took it.
 */
function outliveErrors(connection: pg.ClientBase): void {
  connection.on('error', () => undefined)
}
