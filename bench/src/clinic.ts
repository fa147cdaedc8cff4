import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '@caregraph/embedded-postgres'
import { type Client, signIn } from './client.js'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

const startWithinMilliseconds = 120_000
const lookEveryMilliseconds = 10

export const administrator = { email: 'admin@clinic.example', password: 'the-administrator-of-the-bench' }

/** The clinic in a process of its own, ready. */
export interface Clinic {
  readonly url: string
  readonly pid: number
  readonly dataDirectory: string
  readonly startMilliseconds: number
  readonly admin: Client
  stop(): Promise<void>
}

export interface ClinicOptions {
  readonly dataDirectory: string
  readonly command?: readonly string[]
  readonly environment?: NodeJS.ProcessEnv
}

export const clinicProgram = 'standalone/dist/main.js'

export async function startClinic({ dataDirectory, command, environment }: ClinicOptions): Promise<Clinic> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const startedAt = performance.now()
  const child = startProgram(command ?? [process.execPath, clinicProgram], {
    PORT: String(port),
    DATA_DIR: dataDirectory,
    DEMO: 'off',
    ADMIN_EMAIL: administrator.email,
    ADMIN_PASSWORD: administrator.password,
    ...environment,
  })
  await answering(`${url}/health/ready`, child)
  const startMilliseconds = performance.now() - startedAt
  return {
    url,
    pid: child.pid ?? Number.NaN,
    dataDirectory,
    startMilliseconds,
    admin: await signIn(url, administrator),
    stop: () => stopProgram(child),
  }
}

export function startProgram([file = '', ...parameters]: readonly string[], environment: NodeJS.ProcessEnv) {
  return spawn(file, parameters, {
    cwd: repository,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

export async function stopProgram(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** Waits until the address answers with a status of 2xx. */
export async function answering(url: string, child: ChildProcess): Promise<void> {
  const end = performance.now() + startWithinMilliseconds
  while (performance.now() < end && child.exitCode === null) {
    const answer = await fetch(url, { headers: { 'apollo-require-preflight': 'yes' } }).catch(() => undefined)
    if (answer?.ok) return
    await delay(lookEveryMilliseconds)
  }
  throw new Error(`${child.spawnargs.join(' ')} did not become ready`)
}

/** A folder of its own, removed at the end. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'caregraph-bench-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export async function withClinic<T>(options: ClinicOptions, work: (clinic: Clinic) => Promise<T>): Promise<T> {
  const clinic = await startClinic(options)
  try {
    return await work(clinic)
  } finally {
    await clinic.stop()
  }
}
