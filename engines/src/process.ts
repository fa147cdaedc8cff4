import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

const longestEndMilliseconds = 10_000

/** The process of this id, when it was started with this folder: an id of old may be another program's by now. */
export async function isProcessOf(folder: string, pid: number): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return commandLine.includes(`${folder}/`) || commandLine.split('\0').includes(folder)
}

/** Asks the process to end; kills it when it has not in time. Answers whether it had to. */
export async function endProcess(pid: number, patienceMilliseconds: number): Promise<boolean> {
  signal(pid, 'SIGTERM')
  const deadline = performance.now() + patienceMilliseconds
  while ((await isAlive(pid)) && performance.now() < deadline) await delay(50)
  const wasDeaf = await isAlive(pid)
  await killProcess(pid)
  return wasDeaf
}

/**
 * Kills the process and its children, and waits until none is left: a living one may hold memory that the next start
 * needs, and one that its parent has not asked for yet holds the id that PostgreSQL looks for.
 */
export async function killProcess(pid: number): Promise<void> {
  const family = [pid, ...(await childrenOf(pid))]
  for (const each of family) signal(each, 'SIGKILL')
  const deadline = performance.now() + longestEndMilliseconds
  for (const each of family) while ((await statusOf(each)) && performance.now() < deadline) await delay(20)
}

async function isAlive(pid: number): Promise<boolean> {
  const status = await statusOf(pid)
  return status !== undefined && status.state !== 'Z'
}

async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const parents = await Promise.all(pids.map(async (pid) => (await statusOf(pid))?.parent))
  return pids.filter((_, index) => parents[index] === parent)
}

/** The name stands in parentheses and may hold anything, so what follows its last one is read. */
async function statusOf(pid: number): Promise<{ state: string; parent: number } | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (line === undefined) return undefined
  const [state = '', parent] = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return { state, parent: Number(parent) }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
