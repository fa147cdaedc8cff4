import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { auth, ensureAdministrator, type NewAdministrator } from '@caregraph/auth'
import { startEmbeddedPostgres } from '@caregraph/embedded-postgres'
import type { Log, RunningSubgraph } from '@caregraph/subgraph'
import { fillDemo } from './demo/fill-demo.js'
import { postgresDirectory, type Settings } from './settings.js'
import { type RunningClinic, startClinic } from './start-clinic.js'

/**
 * Starts the clinic; an empty one first gets its administrator, and the demo where it is wanted. `announce` is told of
 * a new administrator before the door opens: it is the only moment at which a made-up password can be shown.
 */
export async function openClinic(
  settings: Settings,
  log: Log,
  announce: (administrator: NewAdministrator) => void = () => undefined,
): Promise<RunningClinic> {
  const unfinished = join(settings.dataDirectory, 'is-being-prepared')
  // The door stayed closed until everything was there: what was prepared by half holds nothing that anybody could miss.
  if (existsSync(unfinished)) await removeDatabases(settings)
  if (!existsSync(postgresDirectory(settings))) {
    await mkdir(settings.dataDirectory, { recursive: true })
    await writeFile(unfinished, '')
  }
  return startClinic(settings, log, async (subgraphs, clock) => {
    const { database } = subgraphs.get(auth.name) as RunningSubgraph
    const administrator = await ensureAdministrator(database, settings.administrator, clock.now())
    if (administrator !== undefined) {
      if (settings.demo) await fillDemo(subgraphs, clock, settings.clinic, administrator)
      announce(administrator)
    }
    await rm(unfinished, { force: true })
  })
}

async function removeDatabases(settings: Settings): Promise<void> {
  const dataDirectory = postgresDirectory(settings)
  // Taken over before it is removed: a killed process may have left its PostgreSQL behind.
  const postgres = await startEmbeddedPostgres({ dataDirectory })
  await postgres.stop()
  await rm(dataDirectory, { recursive: true })
}
