import { host } from '@caregraph/engines'
import type { EngineUrls } from './engine-urls.js'
import type { Copy, Plan } from './plan.js'
import type { Room } from './rooms.js'

export type Variables = Readonly<Record<string, string | undefined>>

/** What every process reads of the terminal's environment. */
const settingsOfAll = [
  'CLINIC_COUNTRY',
  'CLINIC_CURRENCY',
  'CLINIC_NAME',
  'CLINIC_TIME_ZONE',
  'NODE_ENV',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_TRACES_SAMPLER_ARG',
  'PUBLIC_URL',
  'TZ',
]

export const urlOf = ({ port }: Copy): string => `http://${host}:${port}`

/** The first copy of the gateway: what people open. */
export function doorOf({ copies }: Plan): string {
  const door = copies.find(({ room }) => room === 'gateway')
  if (door === undefined) throw new Error('a clinic has a door')
  return urlOf(door)
}

/** The whole environment of a process: nothing else of the terminal's goes along, and no secret of another room. */
export function environmentOf(
  copy: Copy,
  { room, plan, engines, terminal }: { room: Room; plan: Plan; engines: EngineUrls; terminal: Variables },
): NodeJS.ProcessEnv {
  const passedOn = [...settingsOfAll, ...room.settings].flatMap((name) => {
    const value = terminal[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  const databaseUrl = engines.databases.get(room.name)
  return {
    PATH: terminal['PATH'],
    PUBLIC_URL: doorOf(plan),
    ...Object.fromEntries(passedOn),
    HOST: host,
    PORT: String(copy.port),
    METRICS_PORT: String(copy.metricsPort),
    SUBGRAPH_KEY: plan.subgraphKey,
    CACHE_URL: engines.cache,
    ...subgraphUrls(plan),
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl, BROKER_URL: engines.broker }),
  }
}

/** Where everybody finds the copies of everybody. */
function subgraphUrls({ copies }: Plan): Record<string, string> {
  const urls: Record<string, string> = {}
  for (const copy of copies.filter(({ room }) => room !== 'gateway')) {
    const name = `SUBGRAPH_URL_${copy.room.toUpperCase().replaceAll('-', '_')}`
    const url = `${urlOf(copy)}/graphql`
    urls[name] = urls[name] === undefined ? url : `${urls[name]},${url}`
  }
  return urls
}
