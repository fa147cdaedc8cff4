import type { DataSource } from 'typeorm'
import { engineOf } from './engine.js'
import { type HeldLock, lockWhenFree } from './lock.js'
import type { Migration } from './migration.js'

/**
 * Applies what is missing, in its order and once, however many copies start at the same time: without the lock, four at
 * once made three of them crash. Refuses a database that knows more than the code does.
 */
export async function migrate(database: DataSource, migrations: readonly Migration[]): Promise<void> {
  const { table, mayTakeLong, mayNoLonger } = engineOf(database).migrations
  const lock = await lockWhenFree(database, 'migrate')
  try {
    await lock.query(mayTakeLong)
    await lock.query(table)
    const rows = await lock.query<{ name: string }>('SELECT name FROM migrations')
    const applied = new Set(rows.map(({ name }) => name))
    refuseNewer(applied, migrations)
    for (const migration of migrations) if (!applied.has(migration.name)) await apply(lock, database, migration)
    await lock.query(mayNoLonger)
  } finally {
    await lock.release()
  }
}

function refuseNewer(applied: ReadonlySet<string>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ name }) => name))
  const unknown = [...applied].filter((name) => !known.has(name))
  if (unknown.length > 0) {
    throw new Error(
      `This database was migrated by a newer release (${unknown.join(', ')}). Start that release, or restore a backup.`,
    )
  }
}

async function apply({ query }: HeldLock, database: DataSource, migration: Migration): Promise<void> {
  const { name, migrations } = engineOf(database)
  if (migrations.areAtomic) await query('BEGIN')
  try {
    for (const step of migration[name] ?? []) {
      try {
        await (typeof step === 'string' ? query(step) : step(query))
      } catch (failure) {
        if (!migrations.isTaken(failure)) throw failure
      }
    }
    const number = Number(migration.name.slice(-13))
    await query('INSERT INTO migrations (timestamp, name) VALUES ($1, $2)', [number, migration.name])
    if (migrations.areAtomic) await query('COMMIT')
  } catch (failure) {
    // A connection that broke has rolled back by itself.
    if (migrations.areAtomic) await query('ROLLBACK').catch(() => undefined)
    throw failure
  }
}
