import { fileURLToPath } from 'node:url'
import type { EngineName } from '@caregraph/engines'
import { readSupergraphYaml } from '@caregraph/schema'

/** A program of the clinic, of which any number of copies run. */
export interface Room {
  readonly name: string
  /** Of its first copy. */
  readonly port: number
  /** What node runs, below the repository. */
  readonly main: string
  /** What it keeps its database in. */
  readonly engine?: DatabaseEngine
  /** What it reads of the terminal's environment, beside what all read. */
  readonly settings: readonly string[]
}

export type DatabaseEngine = Extract<EngineName, 'mariadb' | 'mongodb' | 'postgres'>

export const repository = fileURLToPath(new URL('../..', import.meta.url))

/** The gateway has a name of its own in the list of those who are started: supergraph.yaml knows only those behind it. */
const gateway: Room = {
  name: 'gateway',
  port: 4004,
  main: 'programs/gateway.js',
  settings: ['ALLOWED_ORIGINS', 'ANONYMOUS_PER_MINUTE', 'DEADLINE_MILLISECONDS', 'TRUSTED_PROXIES', 'USER_PER_MINUTE'],
}

/** Where a subgraph that is not named here keeps its rows: PostgreSQL. */
const engines: Readonly<Record<string, DatabaseEngine>> = {
  patient: 'mariadb',
  doctor: 'mariadb',
  analytics: 'mongodb',
}

const settings: Readonly<Record<string, readonly string[]>> = {
  auth: ['ADMIN_EMAIL', 'ADMIN_PASSWORD', 'KEY_ENCRYPTION_SECRET'],
  appointment: ['NO_SHOW_GRACE_SECONDS', 'PENDING_SECONDS'],
}

/** All that a clinic consists of: whoever opens the door first, then those whom supergraph.yaml names. */
export async function readRooms(): Promise<Room[]> {
  const subgraphs = await readSupergraphYaml(new URL('../../supergraph.yaml', import.meta.url))
  return [
    gateway,
    ...subgraphs.map(({ name, routingUrl }) => ({
      name,
      port: Number(new URL(routingUrl).port),
      main: `programs/${name}.js`,
      engine: engines[name] ?? 'postgres',
      settings: settings[name] ?? [],
    })),
  ]
}
