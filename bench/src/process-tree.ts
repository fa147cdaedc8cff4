import { readdir, readFile } from 'node:fs/promises'

/** What a process and all that it has started take, PostgreSQL's processes included. */
export interface Usage {
  /** Memory that is shared counts in parts: the sum is what the machine has less (PSS, see proc(5)). */
  readonly megabytes: number
  readonly processes: number
}

const megabyte = 1024

/** Linux only. */
export async function usageOf(rootPid: number): Promise<Usage> {
  const pids = await withDescendants(rootPid)
  const kilobytes = await Promise.all(pids.map(proportionalKilobytes))
  return { megabytes: kilobytes.reduce((sum, each) => sum + each, 0) / megabyte, processes: pids.length }
}

/** The one process alone, and what it shares counted in full. */
export async function residentMegabytes(pid: number): Promise<number> {
  return (await kilobytesIn(`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB$/m)) / megabyte
}

/** User and system time of a process since its start, all its threads included. */
export async function cpuSeconds(pid: number): Promise<number> {
  const fields = await fieldsOfStat(pid)
  const ticksPerSecond = 100
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** The process of that program among a process and its descendants. */
export async function findProgram(rootPid: number, program: string): Promise<number> {
  for (const pid of await withDescendants(rootPid)) {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (commandLine.split('\0').includes(program)) return pid
  }
  throw new Error(`${program} does not run`)
}

async function withDescendants(rootPid: number): Promise<number[]> {
  const names = await readdir('/proc')
  const parents = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => [Number(name), await parentOf(Number(name))] as const),
  )
  const found = [rootPid]
  for (const pid of found) found.push(...parents.filter(([, parent]) => parent === pid).map(([child]) => child))
  return found
}

const parentOf = (pid: number): Promise<number | undefined> =>
  fieldsOfStat(pid).then(
    (fields) => Number(fields[1]),
    () => undefined,
  )

/** The fields that follow the program's name, which may itself hold spaces and brackets. */
async function fieldsOfStat(pid: number): Promise<string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** One that has ended meanwhile takes nothing. */
const proportionalKilobytes = (pid: number): Promise<number> =>
  kilobytesIn(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+) kB$/m).catch(() => 0)

async function kilobytesIn(file: string, line: RegExp): Promise<number> {
  return Number(line.exec(await readFile(file, 'utf8'))?.[1] ?? 0)
}
