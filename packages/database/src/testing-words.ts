import type { Database } from './connect.js'
import { type EngineName, engineOf, type LockName } from './engine.js'
import { lockOf } from './mysql.js'
import { lockNumbers } from './postgres.js'

/** What tests say to a server beyond the statements that all engines take. */
interface Words {
  readonly ownConnection: string
  kill(connection: number): string
  sleep(seconds: number): string
  /** Fails as a deadlock does. */
  readonly deadlock: string
  /** The seconds after which a statement of this connection is ended; 0: never. */
  readonly timeLimit: string
  /** The connections that hold the lock of this database. */
  holdersOf(lock: LockName, database: Database): string
}

const words: Readonly<Record<EngineName, Words>> = {
  postgres: {
    ownConnection: 'SELECT pg_backend_pid() AS connection',
    kill: (connection) => `SELECT pg_terminate_backend(${connection})`,
    sleep: (seconds) => `SELECT pg_sleep(${seconds})`,
    deadlock: `DO $$ BEGIN RAISE 'again' USING ERRCODE = '40P01'; END $$`,
    timeLimit: `SELECT extract(epoch FROM current_setting('statement_timeout')::interval)::float8 AS seconds`,
    holdersOf: (lock) => `
      SELECT pid AS connection FROM pg_locks WHERE locktype = 'advisory' AND objid = ${lockNumbers[lock]}
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  },
  mysql: {
    ownConnection: 'SELECT CONNECTION_ID() AS connection',
    kill: (connection) => `KILL ${connection}`,
    sleep: (seconds) => `SELECT SLEEP(${seconds})`,
    deadlock: `SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'again'`,
    timeLimit: 'SELECT /*!80000 @@max_execution_time / 1000 */ /*M! @@max_statement_time */ AS seconds',
    holdersOf: (lock, database) => `
      SELECT holder AS connection FROM (SELECT IS_USED_LOCK('${lockOf(database, lock)}') AS holder) AS it
      WHERE holder IS NOT NULL`,
  },
}

/** The words of the database's engine. */
export const wordsOf = (database: Database): Words => words[engineOf(database).name]
