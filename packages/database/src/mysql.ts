import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import mysql2, { type Pool, type PoolConnection, type PoolOptions } from 'mysql2'
import { DataSource } from 'typeorm'
import type { MysqlDriver } from 'typeorm/driver/mysql/MysqlDriver.js'
import { databaseErrorOf } from './database-error.js'
import type { Ask, Engine, LockName } from './engine.js'
import { inMysql } from './mysql-sql.js'
import { endWhenSilent, statementMilliseconds } from './silence.js'

const idleMilliseconds = 30_000
/** MySQL has one word for a client that has vanished and for one that rests in the pool, so it is longer than that rest. */
const silentClientSeconds = 60
const connectMilliseconds = 5_000
const statementSeconds = statementMilliseconds / 1_000
/** Together with the five tries of a transaction as long as a statement may take on PostgreSQL. */
const lockWaitSeconds = 3
/** Requests beyond this find the database away at once instead of after a wait. */
const mostWaiting = 1_000
const mostPreparedStatements = 200

/** mysql2 has no other way to tell. */
interface CountedPool {
  readonly _allConnections: { readonly length: number }
  readonly _freeConnections: { readonly length: number }
  readonly _connectionQueue: { readonly length: number }
}

/** Nor for what a connection is doing. */
interface AskedConnection {
  readonly stream: Socket
  readonly _command: object | null | undefined
}

const sqlMode = [
  // "name" is a name and || joins texts, as in the standard and in PostgreSQL.
  'ANSI_QUOTES',
  'PIPES_AS_CONCAT',
  // What does not fit is refused, and never cut off or turned into zero.
  'STRICT_ALL_TABLES',
  'NO_ZERO_DATE',
  'NO_ZERO_IN_DATE',
  'ERROR_FOR_DIVISION_BY_ZERO',
  'ONLY_FULL_GROUP_BY',
  'NO_ENGINE_SUBSTITUTION',
].join()

/**
 * MySQL and MariaDB have two names for some settings. Each skips the comment that is meant for the other. MySQL limits
 * the time of a SELECT alone; what writes can only wait for a lock.
 */
const statementLimit = (seconds: number) =>
  `/*!80000 max_execution_time = ${seconds * 1_000} */ /*M! max_statement_time = ${seconds} */`

const session = `SET SESSION time_zone = '+00:00', sql_mode = '${sqlMode}', innodb_lock_wait_timeout = ${lockWaitSeconds},
  wait_timeout = ${silentClientSeconds},
  /*!80000 transaction_isolation = 'READ-COMMITTED' */ /*M! tx_isolation = 'READ-COMMITTED' */,
  ${statementLimit(statementSeconds)}`

/** The table is there (1050), the column (1060), the key (1061), the rule (1826, 3822); what is to go has gone (1051, 1091). */
const taken = new Set(['1050', '1051', '1060', '1061', '1091', '1826', '3822'])

export const mysql: Engine = {
  name: 'mysql',

  async open({ url, entities, poolSize, onConnectionError, mayTakeLong }) {
    const database = new DataSource({
      type: 'mysql',
      url,
      // TypeORM takes what makes the pool from here.
      driver: { createPool: (options: PoolOptions) => openPool(options, onConnectionError, mayTakeLong) },
      entities: [...entities],
      synchronize: false,
      logging: false,
      poolSize,
      // Compares by code points, as the columns do.
      charset: 'utf8mb4_bin',
      timezone: 'Z',
      // A day is a text such as 1984-02-29: as an instant it would become another day in another zone.
      dateStrings: ['DATE'],
      // Whole numbers stay numbers.
      supportBigNumbers: true,
      bigNumberStrings: false,
      connectTimeout: connectMilliseconds,
      extra: {
        waitForConnections: true,
        queueLimit: mostWaiting,
        maxIdle: 0,
        idleTimeout: idleMilliseconds,
        maxPreparedStatements: mostPreparedStatements,
        // MySQL's driver would read JSON, MariaDB's column is a text: the entity's column reads both.
        jsonStrings: true,
      } satisfies PoolOptions,
    })
    return database.initialize()
  },

  pool: (database) => asking(database, (database.driver as MysqlDriver).pool),

  poolState(database) {
    const pool = (database.driver as MysqlDriver).pool as CountedPool
    const idle = pool._freeConnections.length
    return { busy: pool._allConnections.length - idle, idle, waiting: pool._connectionQueue.length }
  },

  connection: async (runner) => asking(runner.dataSource, await runner.connect()),

  async transaction(runner) {
    const askConnection = asking(runner.dataSource, await runner.connect())
    let failure: unknown
    let failureOfSent: unknown
    let last: Promise<unknown> = Promise.resolve()
    /**
     * MySQL goes on after a failure, and after a deadlock outside of any transaction: each statement would be kept on
     * its own. So each waits for the one before it, and nothing is asked any more once one has failed, as PostgreSQL
     * has it.
     */
    const whileWell = <T>(asked: () => Promise<T>): Promise<T> => {
      const answer = last.then(() => {
        if (failure !== undefined) throw aborted(failure)
        return asked()
      })
      last = answer.catch((error: unknown) => {
        failure ??= error
      })
      return answer
    }
    const throughTypeorm = runner.query.bind(runner)
    runner.query = (statement: string, ...rest: unknown[]) => {
      const query = () => throughTypeorm(statement, ...(rest as [unknown[]]))
      if (statement !== 'ROLLBACK') return whileWell(query)
      // What still waits for its turn would come behind it, and be kept.
      failure ??= new Error('this transaction was rolled back')
      return query()
    }
    return {
      ask: (question, values) => whileWell(() => askConnection(question, values)),
      send(question, values) {
        whileWell(() => askConnection(question, values)).catch((error: unknown) => {
          failureOfSent ??= failure === error ? error : undefined
        })
      },
      failure: () => failureOfSent,
      async commit() {
        await last
        if (failure !== undefined) throw aborted(failure)
        await askConnection('COMMIT')
      },
    }
  },

  async tryLock(connection, database, lock) {
    const [row] = await connection<{ held: number | null }>('SELECT GET_LOCK($1, 0) AS held', [lockOf(database, lock)])
    return row?.held === 1
  },

  async unlock(connection, database, lock) {
    await connection('SELECT RELEASE_LOCK($1)', [lockOf(database, lock)])
  },

  endAfterSilenceOf: (milliseconds) => `SET SESSION wait_timeout = ${Math.ceil(milliseconds / 1_000)}`,
  mayRestAgain: `SET SESSION wait_timeout = ${silentClientSeconds}`,

  migrations: {
    table: `CREATE TABLE IF NOT EXISTS migrations (
      id integer AUTO_INCREMENT PRIMARY KEY,
      timestamp bigint NOT NULL,
      name varchar(200) NOT NULL
    ) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    mayTakeLong: `SET SESSION ${statementLimit(0)}`,
    mayNoLonger: `SET SESSION ${statementLimit(statementSeconds)}`,
    areAtomic: false,
    isTaken: (failure) => taken.has(databaseErrorOf(failure)?.state ?? ''),
  },

  hydrated(row, columns, { driver }) {
    const values = columns.map((column) => {
      return [column.propertyName, driver.prepareHydratedValue(row[column.propertyName], column)]
    })
    return Object.fromEntries(values)
  },

  // It finds no row constructor in an index, but each of these two.
  isBehind: (row, last) => `(${row.key} > ${last.key} OR (${row.key} = ${last.key} AND ${row.id} > ${last.id}))`,
}

const aborted = (failure: unknown): Error =>
  new Error('current transaction is aborted, since a statement of it has failed', { cause: failure })

/** A name of at most 64 characters, among the locks of all databases of the server. */
export function lockOf({ driver }: DataSource, lock: LockName): string {
  const name = createHash('sha256')
    .update(driver.database ?? '')
    .digest('hex')
    .slice(0, 40)
  return `caregraph.${lock}.${name}`
}

function openPool(options: PoolOptions, onConnectionError: (error: unknown) => void, mayTakeLong: () => boolean): Pool {
  const pool = mysql2.createPool(options)
  pool.on('connection', (connection) => {
    connection.on('error', onConnectionError)
    const asked = connection as unknown as AskedConnection
    endWhenSilent(asked.stream, () => Boolean(asked._command) && !mayTakeLong())
    // It stands before whatever the connection was wanted for.
    connection.query(session, (error) => {
      if (error === null) return
      onConnectionError(error)
      connection.destroy()
    })
  })
  giveUpWaiting(pool)
  return pool
}

/** The pool would let a request wait for a free connection for ever. */
function giveUpWaiting(pool: Pool): void {
  const getConnection = pool.getConnection.bind(pool)
  pool.getConnection = (callback) => {
    let isGivenUp = false
    const timer = setTimeout(() => {
      isGivenUp = true
      callback(new Error('timeout exceeded when trying to connect') as NodeJS.ErrnoException, undefined as never)
    }, connectMilliseconds)
    getConnection((error, connection) => {
      clearTimeout(timer)
      if (!isGivenUp) callback(error, connection)
      else if (error === null) connection.release()
    })
  }
}

/** Asks mysql2 itself, as with PostgreSQL. */
function asking({ logger }: DataSource, asked: Pool | PoolConnection): Ask {
  return <Row extends object>(question: Parameters<Ask>[0], parameters: readonly unknown[] = []) => {
    const { sql, values, isFixed } = inMysql(typeof question === 'string' ? question : question.text, parameters)
    logger.logQuery(sql, values)
    return new Promise<Row[]>((resolve, reject) => {
      const done = (error: Error | null, answer: unknown) => {
        if (error === null) resolve(Array.isArray(answer) ? answer : [])
        else reject(error)
      }
      if (typeof question === 'string' || !isFixed) asked.query(sql, values, done)
      else asked.execute(sql, values as never[], done)
    })
  }
}
