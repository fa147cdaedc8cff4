import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

/** How often a condition of another process is looked at. */
export const POLL_MS = 10

/** A postmaster that was given a quick end kills its children after 5 s. */
const QUICK_END_MS = 15_000

export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly isReady: boolean
}

/** What the data directory says about its postmaster; after a crash that one is no more, or its pid another program's. */
export async function readPostmaster(dataDirectory: string): Promise<Postmaster | undefined> {
  const content = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '')
  const [pid, , , port, , , , status] = content.split('\n')
  return pid && port ? { pid: Number(pid), port: Number(port), isReady: status?.trim() === 'ready' } : undefined
}

/** The arguments by which a postmaster is known to serve this folder. */
export function dataDirectoryArguments(dataDirectory: string): string[] {
  return ['-D', dataDirectory, '-c']
}

/** Whether this process is alive and the postmaster of the folder. Its children and zombies are not. */
export async function isPostmasterOf(dataDirectory: string, pid: number): Promise<boolean> {
  const commandLine = await commandLineOf(pid)
  return commandLine.includes(` ${dataDirectoryArguments(dataDirectory).join(' ')} `)
}

/** Whether a process with this id is alive. A zombie, whose parent has not looked yet, is not. */
export async function isAlive(pid: number): Promise<boolean> {
  return (await commandLineOf(pid)) !== ''
}

/**
 * Stops a postmaster: its sessions are ended and everything is written down. When that takes longer than `patienceMs` it
 * is stopped without, which costs the next start a recovery and loses nothing.
 */
export async function stopPostmaster(
  pid: number,
  isRunning: () => boolean | Promise<boolean>,
  patienceMs: number,
): Promise<void> {
  const steps = [
    ['SIGINT', patienceMs],
    ['SIGQUIT', QUICK_END_MS],
    ['SIGKILL', QUICK_END_MS],
  ] as const
  for (const [signal, boundMs] of steps) {
    const deadline = performance.now() + boundMs
    if (await isRunning()) send(signal, pid)
    while ((await isRunning()) && performance.now() < deadline) await delay(POLL_MS)
    if (!(await isRunning())) return
  }
  throw new Error(`PostgreSQL, process ${pid}, does not end`)
}

function send(signal: NodeJS.Signals, pid: number): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function commandLineOf(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')
    return (await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)])).stdout
  } catch {
    return ''
  }
}
