import type { Socket } from 'node:net'
import pg from 'pg'
import { DataSource } from 'typeorm'
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js'
import type { Ask, Engine, LockName } from './engine.js'
import type { Prepared } from './prepared.js'
import { endWhenSilent, silentClientMilliseconds, statementMilliseconds } from './silence.js'

const idleMilliseconds = 30_000
const connectMilliseconds = 5_000

/** The server asks whether the client is still there, and does not wait longer for it than for the next statement. */
const tellsWhoIsGone = [
  'tcp_keepalives_idle=5',
  'tcp_keepalives_interval=5',
  'tcp_keepalives_count=3',
  `tcp_user_timeout=${silentClientMilliseconds}`,
]
  .map((setting) => `-c ${setting}`)
  .join(' ')

/** Each is taken in the subgraph's own database. */
export const lockNumbers: Readonly<Record<LockName, number>> = { migrate: 7_203_114, relay: 7_203_115 }

// A day is a text such as 1984-02-29: as an instant it would become another day in another zone.
pg.types.setTypeParser(pg.types.builtins.DATE, (day) => day)

/** A connection of pg, which also knows its socket, and whether all its statements have ended. */
interface Connection extends pg.ClientBase {
  readonly connection: { readonly stream: Socket }
  readonly readyForQuery: boolean
}

export const postgres: Engine = {
  name: 'postgres',

  async open({ url, entities, poolSize, onConnectionError, mayTakeLong }) {
    const database: DataSource = new DataSource({
      type: 'postgres',
      // The one that was told of days above. TypeORM would look for one by itself.
      driver: pg,
      url,
      entities: [...entities],
      synchronize: false,
      // Whole numbers stay numbers: money is kept within the safe integers by its own scalar.
      parseInt8: true,
      logging: false,
      installExtensions: false,
      poolSize,
      // A pool that was closed is not asked again, yet hears of a server that stops while it says goodbye.
      poolErrorHandler: (error) => database.isInitialized && onConnectionError(error),
      extra: {
        idleTimeoutMillis: idleMilliseconds,
        connectionTimeoutMillis: connectMilliseconds,
        statement_timeout: statementMilliseconds,
        idle_in_transaction_session_timeout: silentClientMilliseconds,
        options: tellsWhoIsGone,
        onConnect: (connection: Connection) => {
          outliveErrors(connection)
          endWhenSilent(connection.connection.stream, () => !connection.readyForQuery && !mayTakeLong())
        },
        // A statement need not wait for the answer to the one before it.
        pipeline: true,
      },
    })
    return database.initialize()
  },

  pool: (database) => asking(database, (database.driver as PostgresDriver).master),

  poolState(database) {
    const { totalCount, idleCount, waitingCount }: pg.Pool = (database.driver as PostgresDriver).master
    return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount }
  },

  connection: async (runner) => asking(runner.dataSource, await runner.connect()),

  async transaction(runner) {
    const connection: pg.ClientBase = await runner.connect()
    let failure: unknown
    return {
      ask: asking(runner.dataSource, connection),
      send(question, values) {
        // With a callback, what cannot be asked, such as a value that is no JSON, is told before this returns.
        connection.query(configOf(runner.dataSource, question, values), (error: unknown) => {
          failure ??= error ?? undefined
        })
      },
      failure: () => failure,
      async commit() {
        if (failure !== undefined) throw failure
        const { command } = await connection.query('COMMIT')
        // The answer where a statement has failed: it is no error, and work may have swallowed that of the statement.
        if (command === 'ROLLBACK')
          throw new Error('current transaction is aborted, since a statement of it has failed')
      },
    }
  },

  async tryLock(connection, _, lock) {
    const [row] = await connection<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [lockNumbers[lock]])
    return row?.held === true
  },

  async unlock(connection, _, lock) {
    await connection('SELECT pg_advisory_unlock($1)', [lockNumbers[lock]])
  },

  endAfterSilenceOf: (milliseconds) => `SET idle_session_timeout = ${milliseconds}`,
  mayRestAgain: 'RESET idle_session_timeout',

  migrations: {
    table: `CREATE TABLE IF NOT EXISTS migrations (
      id serial PRIMARY KEY,
      timestamp bigint NOT NULL,
      name varchar NOT NULL
    )`,
    mayTakeLong: 'SET statement_timeout = 0',
    mayNoLonger: 'RESET statement_timeout',
    areAtomic: true,
    isTaken: () => false,
  },

  hydrated: (row) => row,

  isBehind: (row, last) => `(${row.key}, ${row.id}) > (${last.key}, ${last.id})`,
}

/** Asks pg itself: what TypeORM does around a plain statement costs as much as the statement's way to the server. */
function asking(database: DataSource, asked: pg.Pool | pg.ClientBase): Ask {
  return async <Row extends object>(...question: Parameters<Ask>) => {
    const answer = await asked.query<Row>(configOf(database, ...question))
    return answer.rows
  }
}

function configOf(
  { logger }: DataSource,
  question: string | Prepared,
  parameters: readonly unknown[] = [],
): pg.QueryConfig {
  const config = typeof question === 'string' ? { text: question } : question
  const values = [...parameters]
  logger.logQuery(config.text, values)
  return { ...config, values }
}

/**
 * A connection that breaks while the pool hands it over has no listener for a moment, and its `error` event would end
 * the process. Its next statement fails, which tells whoever took it.
 */
function outliveErrors(connection: pg.ClientBase): void {
  connection.on('error', () => undefined)
}
