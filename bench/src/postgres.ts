import { setTimeout as delay } from 'node:timers/promises'
import { runningPostgres } from '@caregraph/embedded-postgres'
import pg from 'pg'

/** A superuser's connection to a database of the clinic that runs on the folder. */
export async function connectTo(postgresDirectory: string, database: string): Promise<pg.Client> {
  const postgres = await runningPostgres(postgresDirectory)
  if (postgres === undefined) throw new Error('PostgreSQL does not run')
  const client = new pg.Client({ connectionString: postgres.url(database) })
  await client.connect()
  return client
}

const lookEveryMilliseconds = 50

/** Waits until every event has had its effect. */
export async function allDelivered(postgresDirectory: string): Promise<void> {
  for (const database of ['auth', 'patient', 'doctor', 'appointment', 'billing']) {
    const client = await connectTo(postgresDirectory, database)
    try {
      while ((await client.query('SELECT 1 FROM outbox LIMIT 1')).rowCount !== 0) await delay(lookEveryMilliseconds)
    } finally {
      await client.end()
    }
  }
}
