import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm'
import { isMongoAway } from './mongo-away.js'

/** What a database says of a statement that it refused. */
export interface DatabaseError {
  /** PostgreSQL's state, or MySQL's number. */
  readonly state: string
  /** The name of the rule of the tables that was hurt. Nothing where none was. */
  readonly constraint: string | undefined
}

/** What the drivers throw, told apart by its form: a driver that is not used is not loaded. */
interface Fault {
  readonly code?: unknown
  /** MySQL's number. */
  readonly errno?: unknown
  readonly sqlState?: unknown
  /** PostgreSQL's. */
  readonly severity?: unknown
  readonly constraint?: string
  readonly sql?: string
}

const faultOf = (error: unknown): unknown => (error instanceof QueryFailedError ? error.driverError : error)

export function databaseErrorOf(error: unknown): DatabaseError | undefined {
  const fault = faultOf(error)
  if (!(fault instanceof Error)) return undefined
  const { code, errno, sqlState, severity, constraint, sql } = fault as Fault
  if (typeof errno === 'number' && typeof sqlState === 'string') {
    return { state: String(errno), constraint: hurtInMysql(errno, fault.message, sql) }
  }
  if (typeof code !== 'string' || typeof severity !== 'string') return undefined
  // An index also names itself where it is full, or a value is too large for it: that hurts no rule. 23 is the class of
  // all states in which one was hurt.
  return { state: code, constraint: code.startsWith('23') ? constraint : undefined }
}

/** MySQL says in words which rule was hurt; the last words, since those before hold what was given. */
const ruleInMysql: Readonly<Record<number, RegExp>> = {
  // Duplicate entry … for key 'patients.patients_email' (MySQL) or 'patients_email' (MariaDB)
  1062: /for key '(?:(?<table>[^'.]+)\.)?(?<rule>[^'.]+)'$/,
  // Check constraint 'rule' is violated. (MySQL)
  3819: /^Check constraint '(?<rule>[^']+)' is violated\.$/,
  // CONSTRAINT `rule` failed for `database`.`table` (MariaDB)
  4025: /^CONSTRAINT `(?:[^`]+`?\.`?)?(?<rule>[^`.]+)` failed for /,
}

function hurtInMysql(number: number, message: string, sql = ''): string | undefined {
  const { table, rule } = ruleInMysql[number]?.exec(message)?.groups ?? {}
  if (rule !== 'PRIMARY') return rule
  // It has no other name for a primary key. PostgreSQL calls it by the table, which MariaDB does not tell.
  return `${table ?? /^\s*INSERT\s+INTO\s+["`]?(\w+)/i.exec(sql)?.[1]}_pkey`
}

/**
 * Deadlock and serialization failure of PostgreSQL; of MySQL the deadlock, the lock that was not to be had in time, and
 * the row that changed since it was read.
 */
const again = new Set(['40P01', '40001', '1213', '1205', '1020'])

/** Whether the database asks for the whole transaction to be run again. */
export function isToRunAgain(error: unknown): boolean {
  const { state } = databaseErrorOf(error) ?? {}
  return state !== undefined && again.has(state)
}

const connectionFaults = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
])

/** The drivers' words for a connection that is gone, or that nobody could get in time. */
const connectionFaultWords =
  /^(Connection terminated|timeout exceeded when trying to connect|Client (was closed|has encountered a connection error)|Can't add new command when connection is in closed state|Pool is closed|Queue limit reached)/

/**
 * MySQL's numbers: too many connections (1040, 1203), the server shuts down (1053), the connection was killed or cut
 * (1152, 1158 to 1161, 1927 of MariaDB, 4031), and a server that may only read, while another takes over (1290, 1792,
 * 1836, 3032).
 */
const awayInMysql = new Set([1040, 1053, 1152, 1158, 1159, 1160, 1161, 1203, 1290, 1792, 1836, 1927, 3032, 4031])

/** Whether the database is away, so that trying again later may help. */
export function isDatabaseAway(error: unknown): boolean {
  // TypeORM lets go of a connection that breaks between two statements of a transaction.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true
  if (error instanceof QueryRunnerProviderAlreadyReleasedError) return true
  if (isMongoAway(error)) return true
  const fault = faultOf(error)
  if (!(fault instanceof Error)) return false
  const { code, errno, sqlState } = fault as Fault
  if (typeof errno === 'number' && typeof sqlState === 'string') return awayInMysql.has(errno)
  // 08: connection exception; 25P03: the server gave up waiting for us; 53: out of resources; 57P: the server shuts down
  // or was shut down.
  if (typeof code === 'string') return connectionFaults.has(code) || /^(08|25P03|53|57P)/.test(code)
  return connectionFaultWords.test(fault.message)
}
