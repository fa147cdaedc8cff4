import { setTimeout as delay } from 'node:timers/promises'
import {
  type EntityManager,
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm'
import type { Database } from './connect.js'

/** All or nothing. What is done with it is seen by others together, or never. */
export interface Transaction {
  readonly manager: EntityManager
  /** The rows that the statement answers: also of an UPDATE or DELETE with RETURNING. */
  query<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>
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
export async function inTransaction<T>(database: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const callbacks: (() => void)[] = []
    try {
      const result = await database.transaction(async (manager) => {
        const { tx, end } = openTransaction(manager, callbacks)
        try {
          const answer = await work(tx)
          await refuseFailed(manager)
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

/** What a connection of pg knows of itself: whether all its statements have ended, and how (T: well, E: failed). */
interface Connection {
  readonly readyForQuery: boolean
  getTransactionStatus(): string | null
}

/**
 * After a statement has failed, PostgreSQL answers COMMIT with a rollback and without an error: work that swallowed the
 * failure would be told that it is kept. Asks the server only where the connection does not know that all went well.
 */
async function refuseFailed(manager: EntityManager): Promise<void> {
  const connection: Connection = await manager.queryRunner?.connect()
  const isWell = connection.readyForQuery && connection.getTransactionStatus() === 'T'
  if (!isWell) await manager.query('SELECT 1')
}

/**
 * The connection takes statements until it is given back, and what comes to it between the rollback and that moment is
 * kept on its own. So `end` comes before the rollback: work that was given up and goes on writes nothing.
 */
function openTransaction(manager: EntityManager, callbacks: (() => void)[]): { tx: Transaction; end: () => void } {
  let isOpen = true
  const whileOpen = (): EntityManager => {
    if (!isOpen) throw new Error('this transaction has ended')
    return manager
  }
  const tx: Transaction = {
    get manager() {
      return whileOpen()
    },
    query: async (sql, parameters) => rows(whileOpen(), sql, parameters),
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
  sql: string,
  parameters?: readonly unknown[],
): Promise<Row[]> {
  return rows(database.manager, sql, parameters)
}

/** TypeORM answers [rows, count] to UPDATE and DELETE and rows to all else: here it is always the rows. */
async function rows<Row extends object>(
  manager: EntityManager,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Row[]> {
  const result: unknown = await manager.query(sql, [...parameters])
  const isCounted =
    Array.isArray(result) && result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number'
  return (isCounted ? result[0] : result) as Row[]
}

/** What the database says of a statement that it refused. `constraint` is the name of the rule that was hurt. */
export interface DatabaseError {
  readonly state: string
  readonly constraint: string | undefined
}

export function databaseErrorOf(error: unknown): DatabaseError | undefined {
  if (!(error instanceof QueryFailedError)) return undefined
  const { code, constraint } = error.driverError as { code?: unknown; constraint?: unknown }
  if (typeof code !== 'string') return undefined
  return { state: code, constraint: typeof constraint === 'string' ? constraint : undefined }
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
  const fault = error instanceof QueryFailedError ? error.driverError : error
  const code = (fault as { code?: unknown } | null)?.code
  if (typeof code === 'string') {
    // 08: connection exception; 53: out of resources; 57P: the server shuts down or was shut down.
    return connectionFaults.has(code) || /^(08|53|57P)/.test(code)
  }
  return fault instanceof Error && connectionFaultWords.test(fault.message)
}
