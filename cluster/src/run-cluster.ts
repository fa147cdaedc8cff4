import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isListening, killProgram, runningProgram, startProgram, stopProgram } from '@caregraph/engines'
import type { EngineUrls } from './engine-urls.js'
import { environmentOf, urlOf, type Variables } from './environment.js'
import type { Copy, Plan } from './plan.js'
import { type Room, repository } from './rooms.js'

/** A room waits a minute for its database. */
const longestStartMilliseconds = 90_000
const longestStopMilliseconds = 10_000
const answerWithinMilliseconds = 3_000
const lookEveryMilliseconds = 100

/** What every process of a clinic is started with. */
export interface Clinic {
  /** Where the state lies: plan, process ids, logs. */
  readonly home: string
  readonly plan: Plan
  readonly rooms: readonly Room[]
  readonly engines: EngineUrls
  readonly terminal: Variables
  /** Where the built code is, if it is not here. */
  readonly code?: string
  /** Whose processes they are, if not those of whoever starts them. */
  readonly account?: { readonly uid: number; readonly gid: number } | undefined
  /** Told the exit code of a process that this one has started, or null where a signal ended it. */
  readonly onExit?: (copy: Copy, code: number | null) => void
}

export const folderOf = (home: string, { name }: Copy): string => join(home, name)

/** Starts the copies that do not run, all at the same time; says of each that fails what its log says. */
export async function startCopies(clinic: Clinic, copies: readonly Copy[] = clinic.plan.copies): Promise<void> {
  const starts = await Promise.allSettled(copies.map((copy) => startCopy(clinic, copy)))
  const faults = starts.flatMap((start) => (start.status === 'rejected' ? [messageOf(start.reason)] : []))
  if (faults.length > 0) throw new Error(faults.join('\n\n'))
}

async function startCopy(clinic: Clinic, copy: Copy): Promise<void> {
  const { home, plan, rooms, engines, terminal, code = repository, account } = clinic
  const folder = folderOf(home, copy)
  if (await runningProgram(folder)) return
  if (await isListening(copy.port)) {
    throw new Error(`${copy.name} did not start: port ${copy.port} is taken by another program. Stop that one first.`)
  }
  const room = rooms.find(({ name }) => name === copy.room)
  if (room === undefined) throw new Error(`the clinic has no ${copy.room}`)
  await mkdir(folder, { recursive: true })
  const program = {
    name: copy.name,
    folder,
    // Reports of a fault of node's own go to its folder, by which its process is recognised.
    command: [process.execPath, `--diagnostic-dir=${folder}/`, join(code, room.main)],
    environment: {
      ...environmentOf(copy, { room, plan, engines, terminal }),
      ...(room.name === 'gateway' && { SUPERGRAPH_FILE: join(code, 'schema/supergraph.graphql') }),
    },
    account,
    keepsLog: true,
    isReady: async () => (await ask(plan, copy, 'live'))?.ok === true,
    onExit: (code: number | null) => clinic.onExit?.(copy, code),
  }
  await startProgram(program, longestStartMilliseconds)
}

/** Resolves when each of them can do its work, and names those that cannot in time. */
export async function untilReady(
  plan: Plan,
  copies: readonly Copy[] = plan.copies,
  withinMilliseconds = longestStartMilliseconds,
): Promise<void> {
  const deadline = performance.now() + withinMilliseconds
  let waiting = [...copies]
  while (waiting.length > 0) {
    if (performance.now() > deadline) {
      const names = waiting.map(({ name }) => name).join(', ')
      throw new Error(
        `Not ready after ${withinMilliseconds / 1_000} s: ${names}. npm run cluster -- logs <name> says why.`,
      )
    }
    const states = await Promise.all(waiting.map((copy) => readiness(plan, copy)))
    waiting = waiting.filter((_, index) => states[index] !== 'ready')
    if (waiting.length > 0) await delay(lookEveryMilliseconds)
  }
}

/** `ready`, or what it is not ready for. */
export async function readiness(plan: Plan, copy: Copy): Promise<string> {
  const answer = await ask(plan, copy, 'ready')
  if (answer === undefined) return 'no answer'
  if (answer.ok) return 'ready'
  const { subgraphs = [] } = (await answer.json().catch(() => ({}))) as { subgraphs?: string[] }
  return ['not ready', ...subgraphs].join(' ')
}

/** A subgraph answers nobody without the key. */
function ask({ subgraphKey }: Plan, copy: Copy, what: 'live' | 'ready'): Promise<Response | undefined> {
  const signal = AbortSignal.timeout(answerWithinMilliseconds)
  const headers = { 'x-subgraph-key': subgraphKey }
  return fetch(`${urlOf(copy)}/health/${what}`, { headers, signal }).catch(() => undefined)
}

/**
 * Asks them to end, the doors first: what they still answer needs the rooms. Answers the names of those that had to be
 * killed because they did not end within ten seconds.
 */
export async function stopCopies(home: string, copies: readonly Copy[]): Promise<string[]> {
  const deaf: string[] = []
  const isDoor = ({ room }: Copy) => room === 'gateway'
  for (const each of [copies.filter(isDoor), copies.filter((copy) => !isDoor(copy))]) {
    await Promise.all(
      each.map(async (copy) => {
        if (await stopProgram(folderOf(home, copy), longestStopMilliseconds)) deaf.push(copy.name)
      }),
    )
  }
  return deaf
}

/** SIGKILL. */
export const killCopy = (home: string, copy: Copy): Promise<void> => killProgram(folderOf(home, copy))

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
