import type { ProcessSettings } from './process-settings.js'
import { WrongSettings } from './settings.js'

/**
 * The URL of the database that a subgraph runs on, for a command beside it. Throws WrongSettings where DATABASE_URL does
 * not say it and no embedded PostgreSQL runs.
 */
export async function runningDatabaseUrl(
  name: string,
  { databaseUrl, dataDirectory }: Pick<ProcessSettings, 'databaseUrl' | 'dataDirectory'>,
): Promise<string> {
  if (databaseUrl !== undefined) return databaseUrl
  const { ensureDatabase, runningPostgres } = await import('@caregraph/embedded-postgres')
  const postgres = await runningPostgres(dataDirectory)
  if (postgres === undefined) {
    throw new WrongSettings(
      `No database of ${name} runs under ${dataDirectory}: set DATABASE_URL, or start ${name} first.`,
    )
  }
  return ensureDatabase(postgres, name)
}
