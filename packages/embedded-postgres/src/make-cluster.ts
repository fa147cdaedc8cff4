import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chown, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Account, spawnAs } from './account.js'

export const SUPERUSER = 'postgres'

const PASSWORD_FILE = 'superuser-password'

/**
 * Makes a cluster at `path` unless there is one. It grows in a folder beside it and is renamed when whole, so whoever is
 * interrupted leaves nothing half made, and of several at once one wins.
 */
export async function makeCluster(path: string, binaries: string, account: Account, durable: boolean): Promise<void> {
  if (await holdsCluster(path)) return
  const workshop = await mkdtemp(workshopPrefix(path))
  try {
    const passwordFile = join(workshop, PASSWORD_FILE)
    await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
    if (account.ids) {
      await chown(workshop, account.ids.uid, account.ids.gid)
      await chown(passwordFile, account.ids.uid, account.ids.gid)
    }
    const cluster = join(workshop, 'cluster')
    await initdb(cluster, passwordFile, binaries, account, durable)
    await rename(passwordFile, join(cluster, PASSWORD_FILE))
    await rename(cluster, path)
    if (durable) await flushFolder(dirname(path))
  } catch (error) {
    // Another start was faster, and may have removed our workshop as left over.
    if (!(await holdsCluster(path))) throw error
  } finally {
    await removeFolder(workshop)
  }
}

/** Removes what interrupted starts left. For the owner of the cluster alone: once there is one, nobody makes another. */
export async function removeLeftovers(path: string): Promise<void> {
  const prefix = basename(workshopPrefix(path))
  const names = (await readdir(dirname(path))).filter((name) => name.startsWith(prefix))
  // One in which an interrupted start's initdb is still at work stays for the next time.
  await Promise.allSettled(names.map((name) => removeFolder(join(dirname(path), name))))
}

/**
 * The superuser's password. It is random and lies in the cluster, which only the cluster's account may enter: whoever
 * can read it could read the tables as well. (Trusting the loopback would open them to every account of the machine.)
 */
export async function superuserPassword(cluster: string): Promise<string> {
  return readFile(join(cluster, PASSWORD_FILE), 'utf8')
}

async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 10 })
}

function workshopPrefix(path: string): string {
  return `${path}.new-`
}

async function holdsCluster(path: string): Promise<boolean> {
  try {
    const names = await readdir(path)
    if (names.length > 0 && !names.includes(PASSWORD_FILE)) {
      throw new Error(
        `${path} holds other files than a cluster made here. Choose an empty folder, or one that is not there.`,
      )
    }
    return names.length > 0
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return false
    if (code !== 'EACCES') throw error
    throw new Error(`${path} belongs to another account. Start as that account or as root.`, { cause: error })
  }
}

async function initdb(
  cluster: string,
  passwordFile: string,
  binaries: string,
  account: Account,
  durable: boolean,
): Promise<void> {
  const command = [
    join(binaries, 'bin/initdb'),
    `--pgdata=${cluster}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // PostgreSQL's own rules for letters: the same order and lower case on every system and after every upgrade of it.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    // pg_trgm and text search still ask the system what a letter is; in C, ü would be none.
    `--lc-ctype=${process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'}`,
    ...(durable ? durableArguments : ['--no-sync']),
  ]
  const child = spawnAs(account, command, { stdio: ['ignore', 'ignore', 'pipe'] })
  const [[code], complaint] = await Promise.all([once(child, 'close'), child.stderr ? text(child.stderr) : ''])
  if (code !== 0) throw new Error(`initdb could not make ${cluster}: ${complaint.trim()}`)
}

/** One flush of the file system, not one for each of a thousand files: on a busy disk that has taken a minute. */
const durableArguments = process.platform === 'linux' ? ['--sync-method=syncfs'] : []

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path)
  await folder.sync()
  await folder.close()
}
