import { execFile } from 'node:child_process'
import { access, chown, constants, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  killProgram,
  logOf,
  type Program,
  pidFileOf,
  type Running,
  runningProgram,
  startProgram,
  stopProgram,
} from './background.js'
import { type Engine, host } from './engine.js'

const execute = promisify(execFile)
const longestStartMilliseconds = 120_000
const partingMilliseconds = 30_000
const isRoot = process.getuid?.() === 0

/** Where the engines of this checkout keep everything; ENGINES_HOME says otherwise. */
const home = resolve(process.env['ENGINES_HOME'] ?? fileURLToPath(new URL('../../.engines', import.meta.url)))
const folderOf = (engine: Engine) => join(home, engine.name)

/** The engine's process of this checkout, if it runs. */
export const runningEngine = (engine: Engine): Promise<Running | undefined> => runningProgram(folderOf(engine))

/** Starts the engine, if it does not run yet, and resolves when it can be used. Installs it first. */
export async function startEngine(engine: Engine): Promise<void> {
  if (await runningEngine(engine)) return
  if (await isListening(engine.port)) {
    throw new Error(`${engine.name}: port ${engine.port} is taken by another program. Stop that one first.`)
  }
  await installEngine(engine)

  const program: Program = {
    name: engine.name,
    folder: folderOf(engine),
    command: engine.command(folderOf(engine)),
    account: await accountOf(engine),
    isReady: () => isReady(engine),
  }
  await startProgram(program, longestStartMilliseconds)
}

/** Stops the engine in its own way; what it holds stays. */
export async function stopEngine(engine: Engine): Promise<void> {
  await stopProgram(folderOf(engine), partingMilliseconds)
}

/** Kills the engine with all its processes, as a loss of power would. */
export const killEngine = (engine: Engine): Promise<void> => killProgram(folderOf(engine))

/** Kills the engine and deletes all that it holds. */
export async function wipeEngine(engine: Engine): Promise<void> {
  await killEngine(engine)
  const folder = folderOf(engine)
  for (const path of [folder, pidFileOf(folder), logOf(folder)]) await rm(path, { recursive: true, force: true })
}

/** Reads the engine's own log: whether a port answers can be another program's doing. */
async function isReady(engine: Engine): Promise<boolean> {
  const log = await readFile(logOf(folderOf(engine)), 'utf8')
  return log.includes(engine.readyLine) && isListening(engine.port)
}

/** Brings what the engine needs and is not there yet, and makes its folder. */
export async function installEngine(engine: Engine): Promise<void> {
  await bringPackages(engine)
  await prepare(engine)
}

async function bringPackages(engine: Engine): Promise<void> {
  if (await isInstalled(engine.program)) return
  const command = ['install', '-y', '--no-install-recommends', ...engine.packages]
  if (!isRoot) throw new Error(`${engine.name} needs ${engine.program}: run apt-get ${command.join(' ')} as root.`)
  console.error(`${engine.name}: apt-get ${command.join(' ')}`)
  // At runlevel 1 Debian's packages do not start servers of their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  await execute('apt-get', ['update'])
  await execute('apt-get', command, { env })
}

async function isInstalled(program: string): Promise<boolean> {
  const folders = isAbsolute(program) ? [''] : (process.env['PATH'] ?? '').split(delimiter)
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  )
  return found.includes(true)
}

/** A mark is left when all is made: what an interrupted preparation left is thrown away. */
async function prepare(engine: Engine): Promise<void> {
  const folder = folderOf(engine)
  const mark = join(folder, 'prepared')
  if (
    await access(mark).then(
      () => true,
      () => false,
    )
  )
    return
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const account = await accountOf(engine)
  if (account) await chown(folder, account.uid, account.gid)
  console.error(`${engine.name}: prepares its first start`)
  await engine.prepare(folder, async ([program = '', ...options]) => {
    await execute(program, options, { cwd: folder, ...account })
  })
  await writeFile(mark, '')
}

async function accountOf({ account }: Engine): Promise<{ uid: number; gid: number } | undefined> {
  if (!isRoot || account === undefined) return undefined
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (option) => Number((await execute('id', [option, account])).stdout)),
  )
  if (uid === undefined || gid === undefined) throw new Error(`There is no account ${account}.`)
  return { uid, gid }
}

/** Whether anything takes connections there. */
export function isListening(port: number, at = host): Promise<boolean> {
  return new Promise((answer) => {
    const socket = connect({ port, host: at, timeout: 1_000 })
    const settle = (isThere: boolean) => () => {
      socket.destroy()
      answer(isThere)
    }
    socket.once('connect', settle(true)).once('error', settle(false)).once('timeout', settle(false))
  })
}
