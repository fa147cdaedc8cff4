import { once } from 'node:events'
import { type FileHandle, open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Account, spawnAs } from './account.js'
import { dataDirectoryArguments } from './postmaster.js'
import type { Settings } from './settings.js'

export interface Cluster {
  readonly dataDirectory: string
  readonly password: string
  readonly binaries: string
  readonly account: Account
  readonly settings: Settings
}

export interface ServerProcess {
  readonly pid: number
  readonly ended: Promise<void>
  isRunning(): boolean
  /** What it has written to its log. */
  log(): Promise<string>
}

const LOG_BYTES = 1_000_000

/** A server that ended before anybody could be its owner. */
export class ServerEnded extends Error {
  /** A port that was taken in the meantime, children of a killed server, or another start at the same time. */
  readonly mayPass: boolean

  constructor(dataDirectory: string, log: string) {
    super(`PostgreSQL could not start on ${dataDirectory}: ${log.trim()}`)
    this.mayPass =
      /Address already in use|shared memory block .* is still in use|lock file ".*" (already exists|is empty)|received fast shutdown/.test(
        log,
      )
  }
}

/** Spawns the postmaster. `formerPid` is the process that the folder's lock file names and that serves it no more. */
export async function spawnServer(
  { dataDirectory, binaries, account, settings }: Cluster,
  port: number,
  formerPid: number | undefined,
): Promise<ServerProcess> {
  const command = [
    join(binaries, 'bin/postgres'),
    ...dataDirectoryArguments(dataDirectory),
    `port=${port}`,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  const logFile = join(dataDirectory, 'server.log')
  const log = await openLog(logFile, account)
  const { size: logStart } = await log.stat()
  const child = spawnAs(account, command, {
    stdio: ['ignore', log.fd, log.fd],
    // By now that process may be another program, and PostgreSQL would take it for a server, were it not for this
    // variable: a lock file of its own ancestor it knows to be stale.
    environment: { PG_GRANDPARENT_PID: String(formerPid ?? '') },
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await once(child, 'spawn').finally(() => log.close())
  const { pid } = child
  if (pid === undefined) throw new Error('A process without an id')
  return {
    pid,
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    log: async () => (await readFile(logFile)).subarray(logStart).toString(),
  }
}

/** A file and not a pipe to us: it is there after a crash, and PostgreSQL never waits for us to read. */
async function openLog(path: string, { ids }: Account): Promise<FileHandle> {
  const size = await stat(path).then(
    (file) => file.size,
    () => 0,
  )
  if (size > LOG_BYTES) await rename(path, `${path}.old`)
  const file = await open(path, 'a', 0o600)
  if (ids) await file.chown(ids.uid, ids.gid)
  return file
}
