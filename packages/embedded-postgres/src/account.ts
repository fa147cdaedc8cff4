import { type ChildProcess, execFile, type StdioOptions, spawn } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

/** Who runs PostgreSQL's programs. It refuses root, so root hands them to an account without rights. */
export interface Account {
  /** Whose files the cluster's are; undefined when we run the programs ourselves. */
  readonly ids?: Ids
  /** A command put before the program: it changes to the account, where a plain change is not enough. */
  readonly wrapper: readonly string[]
}

export interface Ids {
  readonly uid: number
  readonly gid: number
}

/**
 * Chooses the account: as an ordinary user ourselves; as root the owner of the cluster, for a new one `nobody`.
 * Refuses when that account can reach the folders in no way.
 */
export async function chooseAccount(cluster: string, binaries: string): Promise<Account> {
  if (process.getuid?.() !== 0) return { wrapper: [] }
  const ids = (await ownerOf(cluster)) ?? (await nobody())
  const closed = (await firstFolderClosedTo(ids, dirname(cluster))) ?? (await firstFolderClosedTo(ids, binaries))
  if (closed === undefined) return { ids, wrapper: [] }

  // Reading everywhere is enough, and the smaller right; containers often hold only the larger one.
  for (const capability of ['dac_read_search', 'dac_override']) {
    const wrapper = keepingCapability(ids, capability)
    if (await succeeds([...wrapper, 'true'])) return { ids, wrapper }
  }
  throw new Error(
    `PostgreSQL does not run as root, and the account with uid ${ids.uid} that would run it may not enter ${closed}. ` +
      `Open it with chmod o+x ${closed}, choose folders elsewhere, install setpriv (util-linux), or start as an ordinary user.`,
  )
}

/** Starts a program of PostgreSQL in a session of its own, with nothing of our environment but the search path. */
export function spawnAs(
  account: Account,
  command: readonly string[],
  options: { stdio: StdioOptions; environment?: NodeJS.ProcessEnv },
): ChildProcess {
  const [file = '', ...commandArguments] = [...account.wrapper, ...command]
  return spawn(file, commandArguments, {
    // Our own working directory may be closed to the account.
    cwd: '/',
    // In our process group, Ctrl-C in a terminal would stop PostgreSQL before its clients are done.
    detached: true,
    stdio: options.stdio,
    // PGPORT, PGOPTIONS and the like must not reach it; LC_ALL because its messages are read below.
    env: { PATH: process.env['PATH'], LC_ALL: 'C', ...options.environment },
    ...(account.wrapper.length === 0 ? account.ids : {}),
  })
}

/** The outermost folder on the way to `path` that the account may not enter. */
export async function firstFolderClosedTo({ uid, gid }: Ids, path: string): Promise<string | undefined> {
  const parent = dirname(path)
  const above = parent === path ? undefined : await firstFolderClosedTo({ uid, gid }, parent)
  if (above !== undefined) return above
  const folder = await stat(path)
  const enter = folder.uid === uid ? 0o100 : folder.gid === gid ? 0o010 : 0o001
  return (folder.mode & enter) === 0 ? path : undefined
}

async function ownerOf(cluster: string): Promise<Ids | undefined> {
  try {
    const { uid, gid } = await stat(cluster)
    return uid === 0 ? undefined : { uid, gid }
  } catch {
    return undefined
  }
}

async function nobody(): Promise<Ids> {
  const accounts = await readFile('/etc/passwd', 'utf8')
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(accounts) ?? []
  if (!uid || !gid) throw new Error('PostgreSQL does not run as root, and there is no account `nobody` to run it as.')
  return { uid: Number(uid), gid: Number(gid) }
}

function keepingCapability({ uid, gid }: Ids, capability: string): string[] {
  return [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    `--inh-caps=-all,+${capability}`,
    `--ambient-caps=+${capability}`,
    `--bounding-set=-all,+${capability}`,
    // PostgreSQL looks for its files with access(2), which disregards capabilities of other users without this.
    '--securebits=+no_setuid_fixup',
  ]
}

async function succeeds([file = '', ...commandArguments]: string[]): Promise<boolean> {
  return promisify(execFile)(file, commandArguments, { cwd: '/' }).then(
    () => true,
    () => false,
  )
}
