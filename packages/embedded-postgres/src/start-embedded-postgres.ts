import { once } from 'node:events'
import { mkdir, open, readFile, realpath, rename, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { type Account, chooseAccount, spawnAs } from './account.js'
import { linkLibraries, npmBinaries } from './binaries.js'
import { makeCluster, removeLeftovers, SUPERUSER, superuserPassword } from './make-cluster.js'
import { claimOwnership, DataDirectoryInUse, lossOf } from './ownership.js'
import { dataDirectoryArguments, isPostmasterOf, POLL_MS, readPostmaster, stopPostmaster } from './postmaster.js'
import { type Settings, serverSettings } from './settings.js'

export interface StartOptions {
  /** The cluster's folder; made on first use. */
  readonly dataDirectory: string
  /** False for tests: a crash of the machine may lose data. A crash of a process does not. */
  readonly durable?: boolean
  /** Tried first; another is taken when it is in use. */
  readonly port?: number
  /** Added to the settings of a small server. */
  readonly settings?: Settings
  /** The folder with bin, lib and share of PostgreSQL 18, when it is not to be the one from npm. */
  readonly binaries?: string
}

export interface EmbeddedPostgres {
  readonly dataDirectory: string
  readonly port: number
  readonly pid: number
  /** Settles when the server has ended, whether it was asked to or not. */
  readonly ended: Promise<void>
  /** The superuser's address of a database. */
  url(database?: string): string
  /** Ends all sessions and the server. Waits `patienceMs` (30 s) for a clean end before it ends it without. */
  stop(patienceMs?: number): Promise<void>
}

/** How long a server that another process left behind may take to answer and to end. */
const TAKE_OVER_MS = 60_000

const LOG_BYTES = 1_000_000

interface Cluster {
  readonly dataDirectory: string
  readonly password: string
  readonly binaries: string
  readonly account: Account
  readonly settings: Settings
}

/**
 * Starts PostgreSQL on a folder, and makes the cluster on first use. It listens on the loopback alone. What killed
 * processes left is taken over. Refuses with DataDirectoryInUse when another living process runs a server on the folder.
 */
export async function startEmbeddedPostgres(options: StartOptions): Promise<EmbeddedPostgres> {
  const { durable = true, settings = {}, binaries = npmBinaries() } = options
  await linkLibraries(binaries)
  const path = resolve(options.dataDirectory)
  await mkdir(dirname(path), { recursive: true })
  const account = await chooseAccount(path, binaries)
  await makeCluster(path, binaries, account, durable)
  const cluster: Cluster = {
    // Its one true name: by it a running server is recognised.
    dataDirectory: await realpath(path),
    password: await superuserPassword(path),
    binaries,
    account,
    settings: { ...serverSettings(durable), ...settings },
  }
  const deadline = performance.now() + TAKE_OVER_MS
  for (let port = options.port ?? (await freePort()); ; port = await freePort()) {
    const formerPid = await endOrphan(cluster)
    try {
      const server = await launch(cluster, port, formerPid)
      await removeLeftovers(path)
      return server
    } catch (error) {
      if (!(error instanceof ServerEnded && error.mayPass) || performance.now() > deadline) throw error
    }
    await delay(POLL_MS)
  }
}

/** Stops the server of an owner that was killed. Returns the process id that the folder remembers, of whomever it is now. */
async function endOrphan(cluster: Cluster): Promise<number | undefined> {
  const found = await readPostmaster(cluster.dataDirectory)
  if (!found) return undefined
  const isRunning = () => isPostmasterOf(cluster.dataDirectory, found.pid)
  const session = await claimOwnership({ ...cluster, port: found.port }, isRunning, TAKE_OVER_MS)
  // Only an owner may stop a server: so two that find the same orphan cannot stop each other's.
  if (session) await stopPostmaster(found.pid, isRunning, TAKE_OVER_MS)
  return found.pid
}

async function launch(cluster: Cluster, port: number, formerPid: number | undefined): Promise<EmbeddedPostgres> {
  const log = await openLog(cluster)
  const { size: logStart } = await log.stat()
  const child = spawnAs(cluster.account, postgresCommand(cluster, port), {
    stdio: ['ignore', log.fd, log.fd],
    // The folder's lock file may name a process that is another program by now. PostgreSQL would take it for a server,
    // were it not for this variable: a lock file of its own ancestor it knows to be stale.
    environment: { PG_GRANDPARENT_PID: String(formerPid ?? '') },
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await once(child, 'spawn').finally(() => log.close())
  const { pid } = child
  if (pid === undefined) throw new Error('A process without an id')

  const isRunning = () => child.exitCode === null && child.signalCode === null
  const claim = () => claimOwnership({ ...cluster, port }, isRunning)
  const session = await claim().catch(async (error) => {
    // Whoever was faster owns this server now, and will stop it.
    if (!(error instanceof DataDirectoryInUse)) await stopPostmaster(pid, isRunning, 0)
    throw error
  })
  if (!session) throw new ServerEnded(cluster.dataDirectory, await readLog(cluster, logStart))

  let stopping: Promise<void> | undefined
  const stop = (patienceMs = 30_000) => (stopping ??= stopPostmaster(pid, isRunning, patienceMs))
  keepOwnership(session, async () => (stopping ? undefined : claim())).catch(() => stop(0))
  return {
    dataDirectory: cluster.dataDirectory,
    port,
    pid,
    ended,
    url: (database = 'postgres') => `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/${database}`,
    stop,
  }
}

/** PostgreSQL ends all sessions when one of its processes crashes, and the owner's with them. */
async function keepOwnership(session: pg.Client, claim: () => Promise<pg.Client | undefined>): Promise<void> {
  for (let held: pg.Client | undefined = session; held; held = await claim()) await lossOf(held)
}

function postgresCommand({ binaries, dataDirectory, settings }: Cluster, port: number): string[] {
  return [
    join(binaries, 'bin/postgres'),
    ...dataDirectoryArguments(dataDirectory),
    `port=${port}`,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
}

/** A port that was taken in the meantime, children of a killed server, or another start at the same time. */
const passingReasons =
  /Address already in use|shared memory block .* is still in use|lock file ".*" already exists|received fast shutdown request/

/** A server that ended before it accepted connections. */
class ServerEnded extends Error {
  readonly mayPass: boolean

  constructor(dataDirectory: string, log: string) {
    super(`PostgreSQL could not start on ${dataDirectory}: ${log.trim()}`)
    this.mayPass = passingReasons.test(log)
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('A port without a number')
  return address.port
}

function logFile({ dataDirectory }: Cluster): string {
  return join(dataDirectory, 'server.log')
}

/** A file and not a pipe to us: it is there after a crash, and PostgreSQL never waits for us to read. */
async function openLog(cluster: Cluster) {
  const path = logFile(cluster)
  const size = await stat(path).then(
    (file) => file.size,
    () => 0,
  )
  if (size > LOG_BYTES) await rename(path, `${path}.old`)
  const file = await open(path, 'a', 0o600)
  if (cluster.account.ids) await file.chown(cluster.account.ids.uid, cluster.account.ids.gid)
  return file
}

async function readLog(cluster: Cluster, start: number): Promise<string> {
  return (await readFile(logFile(cluster))).subarray(start).toString()
}
