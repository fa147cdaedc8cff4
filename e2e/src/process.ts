import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '@caregraph/embedded-postgres'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

const startMilliseconds = 150_000
const lookEveryMilliseconds = 20

export const administrator = { email: 'admin@clinic.example', password: 'the-administrator-of-the-test' }

/** What the tests tell a clinic process by process. */
export const clusterSettings = {
  ADMIN_EMAIL: administrator.email,
  ADMIN_PASSWORD: administrator.password,
  ANONYMOUS_PER_MINUTE: '100000',
}

export interface ProcessOptions {
  /** Its folder; a new one below the system's temporary folder by default. */
  readonly dataDirectory?: string
  /** A free one by default. */
  readonly port?: number
  readonly environment?: NodeJS.ProcessEnv
  /** What is run, in the repository's folder. */
  readonly command?: readonly string[]
}

/** A process that was asked to open a clinic; whether it does is another matter. */
export interface StartedProcess {
  readonly url: string
  readonly dataDirectory: string
  readonly child: ChildProcess
  /** Its exit code, null where a signal ended it. */
  readonly exited: Promise<number | null>
  /** All that it has written so far. */
  output(): string
}

/** The clinic as a newcomer runs it: its own process, its own folder. */
export interface ClinicProcess extends StartedProcess {
  /** SIGTERM, and its exit code. */
  stop(): Promise<number | null>
  /** SIGKILL: no goodbye. */
  kill(): Promise<void>
}

export async function spawnClinic(options: ProcessOptions = {}): Promise<StartedProcess> {
  const dataDirectory = options.dataDirectory ?? (await temporaryFolder())
  const port = options.port ?? (await freePort())
  const [command = '', ...parameters] = options.command ?? [process.execPath, 'standalone/dist/main.js']
  const child = spawn(command, parameters, {
    cwd: repository,
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      DATA_DIR: dataDirectory,
      DEMO: 'off',
      ADMIN_EMAIL: administrator.email,
      ADMIN_PASSWORD: administrator.password,
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => void written.push(String(chunk)))
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  return { url: `http://localhost:${port}`, dataDirectory, child, exited, output: () => written.join('') }
}

/** Resolves when the clinic is ready. */
export async function startClinicProcess(options: ProcessOptions = {}): Promise<ClinicProcess> {
  const clinic = await spawnClinic(options)
  await ready(clinic)
  return {
    ...clinic,
    stop() {
      clinic.child.kill('SIGTERM')
      return clinic.exited
    },
    async kill() {
      clinic.child.kill('SIGKILL')
      await clinic.exited
    },
  }
}

async function ready({ url, child, output }: StartedProcess): Promise<void> {
  const end = performance.now() + startMilliseconds
  while (performance.now() < end) {
    if (child.exitCode !== null) throw new Error(`The clinic ended with ${child.exitCode}:\n${output()}`)
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined)
    if (answer?.ok) return
    await delay(lookEveryMilliseconds)
  }
  child.kill('SIGKILL')
  throw new Error(`The clinic was not ready within ${startMilliseconds} ms:\n${output()}`)
}

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'caregraph-e2e-'))

export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true })
