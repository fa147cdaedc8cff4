import { realpath } from 'node:fs/promises'
import { SUPERUSER, superuserPassword } from './make-cluster.js'
import { isPostmasterOf, readPostmaster } from './postmaster.js'
import type { EmbeddedPostgres } from './start-embedded-postgres.js'

/** The server that another process runs on this folder, for a tool beside it; undefined where none runs. */
export async function runningPostgres(dataDirectory: string): Promise<Pick<EmbeddedPostgres, 'url'> | undefined> {
  const path = await realpath(dataDirectory).catch(() => undefined)
  if (path === undefined) return undefined
  const found = await readPostmaster(path)
  if (found === undefined || !(await isPostmasterOf(path, found.pid))) return undefined
  const password = await superuserPassword(path)
  return { url: (database = 'postgres') => `postgres://${SUPERUSER}:${password}@127.0.0.1:${found.port}/${database}` }
}
