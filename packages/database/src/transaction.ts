import { setTimeout as delay } from 'node:timers/promises'
import { inSpan } from '@caregraph/telemetry'
import type { EntityManager, QueryRunner } from 'typeorm'
import type { Database } from './connect.js'
import { databaseErrorOf, isToRunAgain } from './database-error.js'
import { engineOf, type OpenTransaction, type Statement, writtenFor } from './engine.js'

/** A database, as one request or event reaches it. */
export interface TracedDatabase {
  readonly database: Database
  /** What the transaction is a part of. */
  readonly traceparent?: string | undefined
  /** Aborts when nobody waits for the answer any more. What was not kept by then is not kept. */
  readonly signal?: AbortSignal | undefined
}

/** All or nothing. What is done with it is seen by others together, or never. */
export interface Transaction {
  readonly manager: EntityManager
  /** What the events that it writes are a part of. */
  readonly traceparent: string | undefined
  /** The rows that the statement answers: also of an UPDATE or DELETE with RETURNING. */
  query<Row extends object>(statement: Statement, parameters?: readonly unknown[]): Promise<Row[]>
  /** Asks without waiting for the answer. Where it fails, the transaction fails with it. */
  send(statement: Statement, parameters?: readonly unknown[]): void
  /** Called once, after the commit and never after a rollback. Must not throw. */
  afterCommit(callback: () => void): void
}

const triesOfATransaction = 5

/**
 * Runs the work in one transaction, again when the database asked for that (a deadlock, a lock that was not to be had):
 * so the work may run more than once and must touch nothing outside the transaction.
 */
export function inTransaction<T>(where: Database | TracedDatabase, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const asked: TracedDatabase = 'database' in where ? where : { database: where }
  return inSpan({ name: 'transaction', kind: 'client' }, asked.traceparent, (traceparent) =>
    tryUntilKept({ ...asked, traceparent }, work),
  )
}

async function tryUntilKept<T>(where: TracedDatabase, work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const runner = where.database.createQueryRunner()
    try {
      return await tryOnce(runner, where, work)
    } catch (error) {
      if (!isToRunAgain(error) || tries === triesOfATransaction) throw error
      await delay(2 ** tries)
    } finally {
      await runner.release()
    }
  }
}

async function tryOnce<T>(
  runner: QueryRunner,
  { traceparent, signal }: TracedDatabase,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  await runner.startTransaction()
  const open = await engineOf(runner.dataSource).transaction(runner)
  const { tx, end, callbacks } = transactionOf(runner, open, traceparent)
  try {
    const answer = await work(tx)
    end()
    signal?.throwIfAborted()
    await open.commit()
    for (const callback of callbacks) callback()
    return answer
  } catch (error) {
    end()
    await runner.rollbackTransaction().catch(() => undefined)
    throw open.failure() ?? error
  }
}

/**
 * The connection takes statements until it is given back, and what comes to it behind the last one of the transaction is
 * kept on its own. So `end` comes before that: work that was given up and goes on writes nothing.
 */
function transactionOf({ manager, dataSource }: QueryRunner, open: OpenTransaction, traceparent: string | undefined) {
  const { name } = engineOf(dataSource)
  const callbacks: (() => void)[] = []
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
    query: async (statement, parameters) => whileOpen(open).ask(writtenFor(name, statement), parameters),
    send: (statement, parameters) => whileOpen(open).send(writtenFor(name, statement), parameters),
    afterCommit: (callback) => {
      callbacks.push(callback)
    },
  }
  const end = () => {
    isOpen = false
  }
  return { tx, end, callbacks }
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
