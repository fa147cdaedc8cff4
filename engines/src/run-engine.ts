import { execFile, spawn } from 'node:child_process'
import { access, chown, constants, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Engine, host } from './engine.js'
import { endProcess, isProcessOf, killProcess } from './process.js'

const execute = promisify(execFile)
const longestStartMilliseconds = 120_000
const partingMilliseconds = 30_000
const isRoot = process.getuid?.() === 0

/** Where the engines of this checkout keep everything; ENGINES_HOME says otherwise. */
const home = resolve(process.env['ENGINES_HOME'] ?? fileURLToPath(new URL('../../.engines', import.meta.url)))
const folderOf = (engine: Engine) => join(home, engine.name)
const pidFileOf = (engine: Engine) => join(home, `${engine.name}.pid`)
const logOf = (engine: Engine) => join(home, `${engine.name}.log`)

export interface Running {
  readonly pid: number
  readonly since: Date
}

/** The engine's process of this checkout, if it runs. */
export async function runningEngine(engine: Engine): Promise<Running | undefined> {
  const text = await readFile(pidFileOf(engine), 'utf8').catch(() => undefined)
  const pid = Number(text)
  if (!text || !(await isProcessOf(folderOf(engine), pid))) return undefined
  return { pid, since: (await stat(pidFileOf(engine))).mtime }
}

/** Starts the engine, if it does not run yet, and resolves when it can be used. The first start brings what it needs. */
export async function startEngine(engine: Engine): Promise<void> {
  if (await runningEngine(engine)) return
  if (await isListening(engine.port)) {
    throw new Error(`${engine.name}: port ${engine.port} is taken by another program. Stop that one first.`)
  }
  await install(engine)
  await prepare(engine)

  const log = await open(logOf(engine), 'w')
  const [program = '', ...options] = engine.command(folderOf(engine))
  const server = spawn(program, options, {
    cwd: folderOf(engine),
    // In a session of its own it outlives the terminal, and Ctrl-C there.
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    ...(await accountOf(engine)),
  })
  const failed = new Promise<string>((tell) => server.once('error', ({ message }) => tell(message)))
  const ended = new Promise<string>((tell) =>
    server.once('exit', (code) => tell(`it ended with ${code ?? 'a signal'}`)),
  )
  await log.close()
  if (server.pid !== undefined) await writeFile(pidFileOf(engine), String(server.pid))
  const fault = await Promise.race([failed, ended, ready(engine)])
  server.unref()
  if (!fault) return
  await killEngine(engine)
  throw new Error(`${engine.name} did not start: ${fault}. ${await endOfLog(engine)}`)
}

/** Stops the engine in its own way; what it holds stays. */
export async function stopEngine(engine: Engine): Promise<void> {
  const running = await runningEngine(engine)
  if (running) await endProcess(running.pid, partingMilliseconds)
}

/** Kills the engine with all its processes, as a loss of power would. */
export async function killEngine(engine: Engine): Promise<void> {
  const running = await runningEngine(engine)
  if (running) await killProcess(running.pid)
}

/** Kills the engine and deletes all that it holds. */
export async function wipeEngine(engine: Engine): Promise<void> {
  await killEngine(engine)
  for (const path of [folderOf(engine), pidFileOf(engine), logOf(engine)])
    await rm(path, { recursive: true, force: true })
}

/** Reads the engine's own log: whether a port answers can be another program's doing. */
async function ready(engine: Engine): Promise<string> {
  const deadline = performance.now() + longestStartMilliseconds
  while (performance.now() < deadline) {
    const log = await readFile(logOf(engine), 'utf8')
    if (log.includes(engine.readyLine) && (await isListening(engine.port))) return ''
    await delay(50)
  }
  return `it was not ready after ${longestStartMilliseconds / 1_000} s`
}

async function install(engine: Engine): Promise<void> {
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

async function endOfLog(engine: Engine): Promise<string> {
  const lines = (await readFile(logOf(engine), 'utf8')).trimEnd().split('\n').slice(-10)
  return `The end of ${logOf(engine)}:\n${lines.join('\n')}`
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
