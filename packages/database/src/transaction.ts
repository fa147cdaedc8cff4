import { setTimeout as delay } from 'node:timers/promises'
import { inSpan } from '@caregraph/telemetry'
import pg from 'pg'
import {
  type EntityManager,
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm'
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js'
import type { Database } from './connect.js'
import { isMongoAway } from './mongo-away.js'
import type { Prepared } from './prepared.js'

/** A database, as one request or event reaches it. */
export interface TracedDatabase {
  readonly database: Database
  /** What the transaction is a part of. */
  readonly traceparent?: string | undefined
}

/** All or nothing. What is done with it is seen by others together, or never. */
export interface Transaction {
  readonly manager: EntityManager
  /** What the events that it writes are a part of. */
  readonly traceparent: string | undefined
  /** The rows that the statement answers: also of an UPDATE or DELETE with RETURNING. */
  query<Row extends object>(statement: string | Prepared, parameters?: readonly unknown[]): Promise<Row[]>
  /** Called once, after the commit and never after a rollback. Must not throw. */
  afterCommit(callback: () => void): void
}

const deadlockDetected = '40P01'
const serializationFailure = '40001'
const triesOfATransaction = 5

/**
 * Runs the work in one transaction, again when the database asked for that (deadlock, serialization failure):
 * so the work may run more than once and must touch nothing outside the transaction.
 */
export function inTransaction<T>(where: Database | TracedDatabase, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const { database, traceparent }: TracedDatabase = 'database' in where ? where : { database: where }
  return inSpan({ name: 'transaction', kind: 'client' }, traceparent, (within) => tryUntilKept(database, within, work))
}

async function tryUntilKept<T>(
  database: Database,
  traceparent: string | undefined,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const callbacks: (() => void)[] = []
    try {
      const result = await database.transaction(async (manager) => {
        const connection: Connection = await manager.queryRunner?.connect()
        const { tx, end } = openTransaction(manager, connection, traceparent, callbacks)
        try {
          const answer = await work(tx)
          await refuseFailed(connection)
          return answer
        } finally {
          end()
        }
      })
      for (const callback of callbacks) callback()
      return result
    } catch (error) {
      const state = databaseErrorOf(error)?.state
      const again = state === deadlockDetected || state === serializationFailure
      if (!again || tries === triesOfATransaction) throw error
      await delay(2 ** tries)
    }
  }
}

/** A connection of pg, which also knows whether all its statements have ended. */
interface Connection extends pg.ClientBase {
  readonly readyForQuery: boolean
}

/**
 * After a statement has failed, PostgreSQL answers COMMIT with a rollback and without an error: work that swallowed the
 * failure would be told that it is kept. Asks the server only where the connection does not know that all went well.
 */
async function refuseFailed(connection: Connection): Promise<void> {
  const isWell = connection.readyForQuery && connection.getTransactionStatus() === 'T'
  if (!isWell) await connection.query('SELECT 1')
}

/**
 * The connection takes statements until it is given back, and what comes to it between the rollback and that moment is
 * kept on its own. So `end` comes before the rollback: work that was given up and goes on writes nothing.
 */
function openTransaction(
  manager: EntityManager,
  connection: Connection,
  traceparent: string | undefined,
  callbacks: (() => void)[],
): { tx: Transaction; end: () => void } {
  let isOpen = true
  const whileOpen = <T>(it: T): T => {
    if (!isOpen) throw new Error('this transaction has ended')
    return it
  }
  const tx: Transaction = {
    get manager() {
      return whileOpen(manager)
    },
    traceparent,
    query: async (statement, parameters) => rows(manager.connection, whileOpen(connection), statement, parameters),
    afterCommit: (callback) => {
      callbacks.push(callback)
    },
  }
  const end = () => {
    isOpen = false
  }
  return { tx, end }
}

/** One statement on its own. */
export function queryRows<Row extends object>(
  database: Database,
  statement: string | Prepared,
  parameters?: readonly unknown[],
): Promise<Row[]> {
  const pool: pg.Pool = (database.driver as PostgresDriver).master
  return rows(database, pool, statement, parameters)
}

/** Asks pg itself: what TypeORM does around a plain statement costs as much as the statement's way to the server. */
async function rows<Row extends object>(
  { logger }: Database,
  connection: pg.Pool | pg.ClientBase,
  statement: string | Prepared,
  parameters: readonly unknown[] = [],
): Promise<Row[]> {
  const question = typeof statement === 'string' ? { text: statement } : statement
  const values = [...parameters]
  logger.logQuery(question.text, values)
  const answer = await connection.query<Row>({ ...question, values })
  return answer.rows
}

/** What the database says of a statement that it refused. `constraint` is the name of the rule that was hurt. */
export interface DatabaseError {
  readonly state: string
  readonly constraint: string | undefined
}

export function databaseErrorOf(error: unknown): DatabaseError | undefined {
  const fault = error instanceof QueryFailedError ? error.driverError : error
  if (!(fault instanceof pg.DatabaseError)) return undefined
  const { code, constraint } = fault
  return code === undefined ? undefined : { state: code, constraint }
}

/** The class of all states in which a rule of the tables was hurt. */
const integrityViolation = '23'

/** Turns the database's own guard into the refusal that it stands for, by the constraint's name. */
export async function refuseByConstraint<T>(
  refusals: Readonly<Record<string, () => Error>>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const { state = '', constraint = '' } = databaseErrorOf(error) ?? {}
    // An index also names itself where it is full, or a value is too large for it: that hurts no rule.
    const refusal = state.startsWith(integrityViolation) ? refusals[constraint] : undefined
    throw refusal === undefined ? error : refusal()
  }
}

const connectionFaults = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT'])

/** The words of pg and its pool for a connection that is gone, or that nobody could get in time. */
const connectionFaultWords =
  /^(Connection terminated|timeout exceeded when trying to connect|Client (was closed|has encountered a connection error))/

/** Whether the database is away, so that trying again later may help. */
export function isDatabaseAway(error: unknown): boolean {
  // TypeORM lets go of a connection that breaks between two statements of a transaction.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true
  if (error instanceof QueryRunnerProviderAlreadyReleasedError) return true
  if (isMongoAway(error)) return true
  const fault = error instanceof QueryFailedError ? error.driverError : error
  const code = (fault as { code?: unknown } | null)?.code
  if (typeof code === 'string') {
    // 08: connection exception; 53: out of resources; 57P: the server shuts down or was shut down.
    return connectionFaults.has(code) || /^(08|53|57P)/.test(code)
  }
  return fault instanceof Error && connectionFaultWords.test(fault.message)
}
