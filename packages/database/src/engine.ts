import type { DataSource, EntitySchema, ObjectLiteral, QueryRunner } from 'typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { Prepared } from './prepared.js'

export type EngineName = 'postgres' | 'mysql'

// biome-ignore lint/complexity/noBannedTypes: TypeORM's own type of an entity class
export type Entity = Function | EntitySchema

/** A statement that each engine writes in its own way. */
export type ByEngine = Readonly<Record<EngineName, string | Prepared>>
export type Statement = string | Prepared | ByEngine

/** Asks a connection, or one of the pool that is free. Answers no rows to a statement that has none. */
export type Ask = <Row extends object>(question: string | Prepared, values?: readonly unknown[]) => Promise<Row[]>

/** The connections of this process's pool, and who waits because all are busy. */
export interface PoolState {
  readonly busy: number
  readonly idle: number
  readonly waiting: number
}

export interface OpenTransaction {
  readonly ask: Ask
  /** Asks without waiting for the answer. Throws where it cannot even be asked. */
  send(question: string | Prepared, values?: readonly unknown[]): void
  /** What was wrong with something that was sent: all that came behind it has failed because of it. */
  failure(): unknown
  /** Throws where a statement has failed: then nothing is kept. */
  commit(): Promise<void>
}

/** What one of all copies does at a time. */
export type LockName = 'migrate' | 'relay'

export interface OpenOptions {
  readonly url: string
  readonly entities: readonly Entity[]
  readonly poolSize: number
  readonly onConnectionError: (error: unknown) => void
  /** Whether statements may take longer than their limit, as those of a migration may. */
  readonly mayTakeLong: () => boolean
}

/** What differs between the databases that a subgraph may run on. All else is written once. */
export interface Engine {
  readonly name: EngineName
  open(options: OpenOptions): Promise<DataSource>
  pool(database: DataSource): Ask
  poolState(database: DataSource): PoolState
  connection(runner: QueryRunner): Promise<Ask>
  /** The transaction that has begun on a connection. */
  transaction(runner: QueryRunner): Promise<OpenTransaction>
  /** Never waits. The lock is the connection's until it is let go, or the connection dies. */
  tryLock(connection: Ask, database: DataSource, lock: LockName): Promise<boolean>
  unlock(connection: Ask, database: DataSource, lock: LockName): Promise<void>
  /** Has the server end a connection that asks nothing for so long. */
  endAfterSilenceOf(milliseconds: number): string
  /** Lets it rest like the others again. */
  readonly mayRestAgain: string
  readonly migrations: {
    /** Makes the table of what was applied, where it is not there yet. */
    readonly table: string
    /** Takes the limit of time away from a connection, and gives it back. */
    readonly mayTakeLong: string
    readonly mayNoLonger: string
    /** Whether the steps of a migration are kept together or not at all. Else each is kept as soon as it was taken. */
    readonly areAtomic: boolean
    /** Whether the step failed because a start that was cut off has taken it before. */
    isTaken(failure: unknown): boolean
  }
  /** The row with the values of its columns as the entity declares them. */
  hydrated<Row extends ObjectLiteral>(row: Row, columns: readonly ColumnMetadata[], database: DataSource): Row
  /** That a row stands behind this one in the order of key and id: as the engine finds it in an index of the two. */
  isBehind(row: { key: string; id: string }, last: { key: string; id: string }): string
}

const engines = new WeakMap<DataSource, Engine>()

export function engineOf(database: DataSource): Engine {
  const engine = engines.get(database)
  if (engine === undefined) throw new Error('Open a database with connectDatabase(), which knows its engine.')
  return engine
}

export function rememberEngine(database: DataSource, engine: Engine): void {
  engines.set(database, engine)
}

export function writtenFor(engine: EngineName, statement: Statement): string | Prepared {
  return typeof statement === 'string' || 'text' in statement ? statement : statement[engine]
}

export const poolState = (database: DataSource): PoolState => engineOf(database).poolState(database)
