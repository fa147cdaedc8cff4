import { setTimeout as delay } from 'node:timers/promises'
import { inSpan } from '@caregraph/telemetry'
import type { EntityManager } from 'typeorm'
import type { Database } from './connect.js'
import { databaseErrorOf, isToRunAgain } from './database-error.js'
import { type Ask, engineOf, type Statement, writtenFor } from './engine.js'

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
  query<Row extends object>(statement: Statement, parameters?: readonly unknown[]): Promise<Row[]>
  /** Called once, after the commit and never after a rollback. Must not throw. */
  afterCommit(callback: () => void): void
}

const triesOfATransaction = 5

/**
 * Runs the work in one transaction, again when the database asked for that (a deadlock, a lock that was not to be had):
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
        const runner = manager.queryRunner
        if (runner === undefined) throw new Error('a transaction has a connection of its own')
        const { ask, refuseFailed } = await engineOf(database).transaction(runner)
        const { tx, end } = openTransaction(manager, ask, traceparent, callbacks)
        try {
          const answer = await work(tx)
          await refuseFailed()
          return answer
        } finally {
          end()
        }
      })
      for (const callback of callbacks) callback()
      return result
    } catch (error) {
      if (!isToRunAgain(error) || tries === triesOfATransaction) throw error
      await delay(2 ** tries)
    }
  }
}

/**
 * The connection takes statements until it is given back, and what comes to it between the rollback and that moment is
 * kept on its own. So `end` comes before the rollback: work that was given up and goes on writes nothing.
 */
function openTransaction(
  manager: EntityManager,
  ask: Ask,
  traceparent: string | undefined,
  callbacks: (() => void)[],
): { tx: Transaction; end: () => void } {
  const { name } = engineOf(manager.connection)
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
    query: async (statement, parameters) => whileOpen(ask)(writtenFor(name, statement), parameters),
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
  statement: Statement,
  parameters?: readonly unknown[],
): Promise<Row[]> {
  const engine = engineOf(database)
  return engine.pool(database)<Row>(writtenFor(engine.name, statement), parameters)
}

/** Turns the database's own guard into the refusal that it stands for, by the constraint's name. */
export async function refuseByConstraint<T>(
  refusals: Readonly<Record<string, () => Error>>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const refusal = refusals[databaseErrorOf(error)?.constraint ?? '']
    throw refusal === undefined ? error : refusal()
  }
}
