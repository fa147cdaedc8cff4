import { mkdir, realpath } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { chooseAccount } from './account.js'
import { linkLibraries, npmBinaries } from './binaries.js'
import { freePort } from './free-port.js'
import { makeCluster, removeLeftovers, SUPERUSER, superuserPassword } from './make-cluster.js'
import { claimOwnership, DataDirectoryInUse, isAnswering, lossOf } from './ownership.js'
import { isPostmasterOf, readPostmaster, stopPostmaster } from './postmaster.js'
import { type Cluster, ServerEnded, spawnServer } from './server-process.js'
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

const RETRY_MS = 100

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
      return await launch(cluster, port, formerPid)
    } catch (error) {
      if (!(error instanceof ServerEnded && error.mayPass) || performance.now() > deadline) throw error
    }
    await delay(RETRY_MS)
  }
}

/** Stops the server of an owner that was killed. Returns the process id that the folder remembers, of whomever it is now. */
async function endOrphan(cluster: Cluster): Promise<number | undefined> {
  const found = await readPostmaster(cluster.dataDirectory)
  if (!found) return undefined
  const isRunning = () => isPostmasterOf(cluster.dataDirectory, found.pid)
  const session = await claimOwnership({ ...cluster, port: found.port }, isRunning)
  // Only an owner may stop a server: so two that find the same orphan cannot stop each other's.
  if (session) await stopPostmaster(found.pid, isRunning, TAKE_OVER_MS)
  return found.pid
}

async function launch(cluster: Cluster, port: number, formerPid: number | undefined): Promise<EmbeddedPostgres> {
  const { dataDirectory, password } = cluster
  const { pid, ended, isRunning, log } = await spawnServer(cluster, port, formerPid)
  const claim = () => claimOwnership({ dataDirectory, password, port }, isRunning)
  let session = await claim().catch(async (error) => {
    // Whoever was faster owns this server now, and will stop it.
    if (!(error instanceof DataDirectoryInUse)) await stopPostmaster(pid, isRunning, 0)
    throw error
  })
  if (!session) throw new ServerEnded(dataDirectory, await log())
  await removeLeftovers(dataDirectory)

  let stopping: Promise<void> | undefined
  const stop = (patienceMs = 30_000) => {
    // A server that is just recovering from a crash never ends cleanly, and has nothing left to write.
    stopping ??= isAnswering(session).then((answers) => stopPostmaster(pid, isRunning, answers ? patienceMs : 0))
    return stopping
  }
  const keepOwnership = async () => {
    // PostgreSQL ends all sessions when one of its processes crashes, and the owner's with them.
    for (; session; session = stopping ? undefined : await claim()) await lossOf(session)
  }
  keepOwnership().catch(() => stop())
  const url = (database = 'postgres') => `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`
  return { dataDirectory, port, pid, ended, url, stop }
}
