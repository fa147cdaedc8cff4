import type { DataSource } from 'typeorm'

/** Every starter of every copy takes this one lock: without it, four at once made three of them crash. */
const migrationLock = 7_203_114

/** Runs what is missing, once, however many start at the same time. */
export async function migrate(database: DataSource): Promise<void> {
  const lock = database.createQueryRunner()
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [migrationLock])
    await refuseNewerDatabase(database)
    await database.runMigrations()
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [migrationLock]).catch(() => undefined)
    await lock.release()
  }
}

async function refuseNewerDatabase(database: DataSource): Promise<void> {
  const [{ exists }] = await database.query(`SELECT to_regclass('migrations') IS NOT NULL AS exists`)
  if (!exists) return
  const known = new Set(database.migrations.map((migration) => migration.name))
  const applied: { name: string }[] = await database.query('SELECT name FROM migrations')
  const unknown = applied.filter(({ name }) => !known.has(name)).map(({ name }) => name)
  if (unknown.length > 0) {
    throw new Error(
      `This database was migrated by a newer release (${unknown.join(', ')}). Start that release, or restore a backup.`,
    )
  }
}
