import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { host } from '@caregraph/engines'
import type { Room } from './rooms.js'

/** One process: `appointment`, or `appointment#2` for the second copy of it. */
export interface Copy {
  readonly name: string
  readonly room: string
  readonly port: number
  /** Where it shows its figures. */
  readonly metricsPort: number
}

/** What is to run. It is kept, so that whatever is started again finds the others where they were. */
export interface Plan {
  /** Stands before the names of its databases and topics, where several clinics share the engines. */
  readonly clinic: string
  readonly copies: readonly Copy[]
  readonly subgraphKey: string
}

export type CopiesOf = Readonly<Record<string, number>>

/** Ports from here on are given to outgoing connections, which would be in the way of a copy that starts again. */
const firstPassingPort = 32_768
/** A further copy of 8084 is looked for at 18084, and the figures of 8084 at 9084. */
const copiesApart = 10_000
const metricsApart = 1_000

export async function makePlan(
  rooms: readonly Room[],
  options: { copiesOf: CopiesOf; clinic?: string; firstPort?: number },
): Promise<Plan> {
  const { copiesOf, clinic = '', firstPort } = options
  const copies: Copy[] = []
  for (const { name: room, port: usual } of rooms) {
    for (let number = 1; number <= (copiesOf[room] ?? 1); number++) {
      const taken = new Set(copies.flatMap(({ port, metricsPort }) => [port, metricsPort]))
      const isSeed = number === 1 && firstPort === undefined
      const port = isSeed ? usual : await freePortFrom(firstPort ?? usual + copiesApart * (number - 1), taken)
      const metricsPort = await freePortFrom(port + metricsApart, taken)
      copies.push({ name: number === 1 ? room : `${room}#${number}`, room, port, metricsPort })
    }
  }
  return { clinic, copies, subgraphKey: randomBytes(24).toString('base64url') }
}

async function freePortFrom(least: number, taken: ReadonlySet<number>): Promise<number> {
  for (let port = least; port < firstPassingPort; port++) if (!taken.has(port) && (await canListen(port))) return port
  throw new Error(`No port from ${least} to ${firstPassingPort - 1} is free.`)
}

function canListen(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((answer) => {
    server.once('error', () => answer(false))
    server.listen(port, host, () => server.close(() => answer(true)))
  })
}

const fileOf = (home: string) => join(home, 'plan.json')

export async function readPlan(home: string): Promise<Plan | undefined> {
  const text = await readFile(fileOf(home), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as Plan)
}

export async function keepPlan(home: string, plan: Plan): Promise<void> {
  await mkdir(home, { recursive: true })
  // It holds the key.
  await writeFile(fileOf(home), JSON.stringify(plan, undefined, 2), { mode: 0o600 })
}

export const forgetPlan = (home: string): Promise<void> => rm(fileOf(home), { force: true })
