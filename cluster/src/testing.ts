import { randomBytes, randomInt } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engines as allEngines, isListening, runningProgram } from '@caregraph/engines'
import { ownTopics } from '@caregraph/events/testing'
import { addressOf, dropDatabases, type EngineUrls, enginesOf, ensureDatabases, urlOfEngine } from './engine-urls.js'
import { doorOf, urlOf, type Variables } from './environment.js'
import { type CopiesOf, type Copy, makePlan } from './plan.js'
import { readRooms } from './rooms.js'
import { type Clinic, folderOf, killCopy, readiness, startCopies, stopCopies, untilReady } from './run-cluster.js'

export type { EngineUrls } from './engine-urls.js'
export type { Copy } from './plan.js'

/** A clinic of a test's own on the engines that it shares with others: its own ports, databases, topics and logs. */
export interface TestClinic {
  /** The first copy of the gateway. */
  readonly url: string
  readonly copies: readonly Copy[]
  /** Where the logs are: `<name>.log`. */
  readonly home: string
  /** The URL of each room's database, with its login. */
  readonly databases: ReadonlyMap<string, string>
  /** Starts the one that does not run, and resolves when it is ready, or only lives. */
  start(copy: Copy, until?: 'ready' | 'live'): Promise<void>
  /** SIGTERM. Answers the exit code; null where it had not ended within ten seconds, and was killed. */
  stop(copy: Copy): Promise<number | null>
  kill(copy: Copy): Promise<void>
  /** Where it listens. */
  urlOf(copy: Copy): string
  isReady(copy: Copy): Promise<boolean>
  untilReady(withinMilliseconds: number): Promise<void>
  /** The id of its process, while it lives. */
  pidOf(copy: Copy): Promise<number | undefined>
  /** Stops everything, and deletes all that it has left in the engines. */
  close(): Promise<void>
}

/** So that two at the same time seldom look at the same ports. */
const firstPorts = { least: 20_000, most: 30_000 }

export async function openTestClinic(
  options: {
    copiesOf?: CopiesOf
    settings?: Variables
    code?: string
    account?: Clinic['account']
    /** What the processes are told of the engines, where something stands before them. */
    through?: (engines: EngineUrls) => EngineUrls | Promise<EngineUrls>
  } = {},
): Promise<TestClinic> {
  const { copiesOf = {}, settings = {}, through = (engines) => engines, ...processes } = options
  await requireEngines()
  const rooms = await readRooms()
  const name = `test_${randomBytes(4).toString('hex')}`
  const plan = await makePlan(rooms, {
    copiesOf,
    clinic: name,
    firstPort: randomInt(firstPorts.least, firstPorts.most),
  })
  const home = await mkdtemp(join(tmpdir(), 'caregraph-cluster-'))
  // The processes may be another user's, who works in a folder in it.
  await chmod(home, 0o711)
  const engines = await through(await ensureDatabases(name, rooms))
  const terminal = { PATH: process.env['PATH'], ...settings }
  const exits = new EventEmitter()
  const onExit = (copy: Copy, code: number | null) => void exits.emit(copy.name, code)
  const clinic: Clinic = { home, plan, rooms, engines, terminal, onExit, ...processes }
  const close = async () => {
    await stopCopies(home, plan.copies)
    await dropDatabases(name, rooms)
    await ownTopics(urlOfEngine('kafka'), name).forget()
    await rm(home, { recursive: true })
  }
  try {
    await startCopies(clinic)
    await untilReady(plan)
  } catch (error) {
    await close()
    throw error
  }
  return {
    url: doorOf(plan),
    copies: plan.copies,
    home,
    databases: engines.databases,
    async start(copy, until = 'ready') {
      await startCopies(clinic, [copy])
      if (until === 'ready') await untilReady(plan, [copy])
    },
    async stop(copy) {
      const exited = once(exits, copy.name)
      await stopCopies(home, [copy])
      const [code] = await exited
      return code
    },
    kill: (copy) => killCopy(home, copy),
    urlOf,
    isReady: async (copy) => (await readiness(plan, copy)) === 'ready',
    untilReady: (within) => untilReady(plan, plan.copies, within),
    pidOf: async (copy) => (await runningProgram(folderOf(home, copy)))?.pid,
    close,
  }
}

/** Rejects with what to do where one of the engines does not listen. */
export async function requireEngines(): Promise<void> {
  for (const name of enginesOf(await readRooms())) {
    const { hostname, port } = addressOf(name)
    if (await isListening(Number(port), hostname)) continue
    throw new Error(
      `Nothing listens at ${hostname}:${port}. Run npm run engines -- up, or set ${allEngines[name].variable}.`,
    )
  }
}
