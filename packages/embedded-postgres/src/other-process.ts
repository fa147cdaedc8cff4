import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { isPostmasterOf, POLL_MS, readPostmaster } from './postmaster.js'
import type { StartOptions } from './start-embedded-postgres.js'

/** What a start in another process came to. */
export type Outcome = { url: string; pid: number; port: number } | { refusal: string; message: string }

export interface OtherProcess {
  readonly process: ChildProcess
  readonly outcome: Promise<Outcome>
  kill(): Promise<void>
}

/** Tests of crashes need processes that can be killed. They run the built package, which every test run builds first. */
const script = `
  import { startEmbeddedPostgres } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)}
  process.on('SIGINT', () => undefined)
  try {
    const { url, pid, port } = await startEmbeddedPostgres(JSON.parse(process.argv[1]))
    console.log(JSON.stringify({ url: url(), pid, port }))
  } catch ({ name, message }) {
    console.log(JSON.stringify({ refusal: name, message }))
  }`

const folders = new Set<string>()
const processes = new Set<ChildProcess>()

/** Starts PostgreSQL in another process, in a process group of its own, and leaves it running. */
export function startElsewhere(
  options: StartOptions,
  account: { uid?: number; gid?: number; PATH?: string | undefined } = {},
): OtherProcess {
  const { PATH = process.env['PATH'], ...ids } = account
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    cwd: '/',
    env: { PATH },
    ...ids,
  })
  processes.add(child)
  return {
    process: child,
    outcome: once(createInterface(child.stdout), 'line').then(([line]) => JSON.parse(line)),
    kill: () => kill(child),
  }
}

/** The outcome, where the test is about a start that succeeds. */
export async function running(other: OtherProcess): Promise<{ url: string; pid: number; port: number }> {
  const outcome = await other.outcome
  if ('refusal' in outcome) throw new Error(outcome.message)
  return outcome
}

/** A path for a data directory in a new folder that everybody may enter. */
export async function newDataDirectory(parent = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(parent, 'embedded-postgres-'))
  folders.add(folder)
  return join(folder, 'data')
}

/** Ends what the test started and removes its folders. */
export async function endEverything(): Promise<void> {
  for (const child of processes) await kill(child)
  processes.clear()
  for (const folder of folders) {
    for (const name of await readdir(folder)) await killPostmaster(join(folder, name))
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
  folders.clear()
}

/** Waits until `condition` holds; the test's own time limit is the bound. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(POLL_MS)
}

export async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** A session that works without end. `ended` settles when something ends it. */
export async function busySession(
  url: string,
  statement = 'select pg_sleep(600)',
): Promise<{ pid: number; client: pg.Client; ended: Promise<unknown> }> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const pid = rows[0]?.pid ?? Number.NaN
  const ended = client.query(statement).catch(() => undefined)
  const active = `select from pg_stat_activity where pid = ${pid} and state = 'active'`
  await until(async () => (await query(url, active)).length === 1)
  return { pid, client, ended }
}

/** Every process of the server but the postmaster: its sessions and its own workers. */
export async function childrenOf(url: string): Promise<number[]> {
  return (await query<{ pid: number }>(url, 'select pid from pg_stat_activity')).map(({ pid }) => pid)
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

async function killPostmaster(dataDirectory: string): Promise<void> {
  const postmaster = await readPostmaster(dataDirectory)
  if (!postmaster || !(await isPostmasterOf(dataDirectory, postmaster.pid))) return
  process.kill(postmaster.pid, 'SIGKILL')
  await until(async () => !(await isPostmasterOf(dataDirectory, postmaster.pid)))
}
