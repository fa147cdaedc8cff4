import { spawn } from 'node:child_process'
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { endProcess, isProcessOf, killProcess } from './process.js'

/** A program that outlives the terminal. Beside its folder lie its log and the id of its process. */
export interface Program {
  readonly name: string
  /** Its own. It stands in the command line, by which its process is recognised. */
  readonly folder: string
  readonly command: readonly string[]
  readonly environment?: NodeJS.ProcessEnv
  readonly account?: { readonly uid: number; readonly gid: number } | undefined
  /** Whether the log of earlier runs stays, and this one is added to it. */
  readonly keepsLog?: boolean
  /** Whether it can be used. Asked again and again while its process lives. */
  isReady(): Promise<boolean>
  /** Told its exit code, or null where a signal ended it, as long as whoever started it lives. */
  readonly onExit?: ((code: number | null) => void) | undefined
}

export interface Running {
  readonly pid: number
  readonly since: Date
}

const lookEveryMilliseconds = 50
const longestQuote = 10

export const logOf = (folder: string) => `${folder}.log`
export const pidFileOf = (folder: string) => `${folder}.pid`

/** The process that was started with this folder, if it lives. */
export async function runningProgram(folder: string): Promise<Running | undefined> {
  const text = await readFile(pidFileOf(folder), 'utf8').catch(() => undefined)
  const pid = Number(text)
  if (!text || !(await isProcessOf(folder, pid))) return undefined
  return { pid, since: (await stat(pidFileOf(folder))).mtime }
}

/** Starts it, and resolves when it can be used. One that ends, or is not ready in time, is killed, and its log quoted. */
export async function startProgram(program: Program, withinMilliseconds: number): Promise<void> {
  const { name, folder, account, environment } = program
  await mkdir(dirname(folder), { recursive: true })
  const log = await open(logOf(folder), program.keepsLog ? 'a' : 'w')
  const [file = '', ...options] = program.command
  const child = spawn(file, options, {
    cwd: folder,
    // In a session of its own it outlives the terminal, and Ctrl-C there.
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    ...(environment && { env: environment }),
    ...account,
  })
  const ended = new Promise<string>((tell) => {
    child.once('error', ({ message }) => tell(message))
    child.once('exit', (code) => tell(`it ended with ${code ?? 'a signal'}`))
    child.once('exit', (code) => program.onExit?.(code))
  })
  await log.close()
  if (child.pid !== undefined) await writeFile(pidFileOf(folder), String(child.pid))
  const fault = await Promise.race([ended, ready(program, withinMilliseconds)])
  child.unref()
  if (!fault) return
  await killProgram(folder)
  throw new Error(`${name} did not start: ${fault}. ${await endOfLog(folder)}`)
}

/** Asks its process to end, and kills it when it has not in time. Answers whether it had to. */
export async function stopProgram(folder: string, patienceMilliseconds: number): Promise<boolean> {
  const running = await runningProgram(folder)
  return running !== undefined && endProcess(running.pid, patienceMilliseconds)
}

/** Kills it with all its children, as a loss of power would. */
export async function killProgram(folder: string): Promise<void> {
  const running = await runningProgram(folder)
  if (running) await killProcess(running.pid)
}

async function ready(program: Program, withinMilliseconds: number): Promise<string> {
  const deadline = performance.now() + withinMilliseconds
  while (performance.now() < deadline) {
    if (await program.isReady()) return ''
    await delay(lookEveryMilliseconds)
  }
  return `it was not ready after ${withinMilliseconds / 1_000} s`
}

async function endOfLog(folder: string): Promise<string> {
  const lines = (await readFile(logOf(folder), 'utf8')).trimEnd().split('\n').slice(-longestQuote)
  return `The end of ${logOf(folder)}:\n${lines.join('\n')}`
}
