import { readFileSync } from 'node:fs'
import { readCacheUrl, settingsReader, type Variables } from '@caregraph/subgraph/caller'
import { readSubgraphKey, readSubgraphUrls, type SubgraphUrls } from '@caregraph/subgraph/http'
import { readTelemetrySettings, type TelemetrySettings } from '@caregraph/telemetry'
import type { Settings } from './server.js'
import { routingUrlsOf } from './supergraph.js'

/** What the process's environment says, read once at the start. */
export interface Environment {
  readonly port: number
  readonly host: string
  readonly supergraphSdl: string
  /** What every request to a subgraph carries; nothing where all of them listen on the loopback. */
  readonly subgraphKey: string | undefined
  readonly subgraphUrls: ReadonlyMap<string, SubgraphUrls>
  /** Nothing for the memory of the process. */
  readonly cacheUrl: string | undefined
  readonly production: boolean
  readonly telemetry: TelemetrySettings
  readonly settings: Partial<Settings>
}

/** Reads the settings of a gateway that runs alone. Throws WrongSettings, which names everything that is wrong. */
export function readEnvironment(variables: Variables): Environment {
  const reader = settingsReader(variables)
  const { whole } = reader
  const supergraphSdl = readSupergraph(variables['SUPERGRAPH_FILE'] || 'schema/supergraph.graphql', reader.refuse)
  const environment = {
    port: whole('PORT', 4004, 0, 65_535),
    host: variables['HOST'] || '0.0.0.0',
    supergraphSdl,
    subgraphUrls: new Map(
      Array.from(routingUrlsOf(supergraphSdl), ([name, url]) => [name, readSubgraphUrls(reader, name, url)]),
    ),
    subgraphKey: readSubgraphKey(variables, reader),
    cacheUrl: readCacheUrl(reader),
    production: variables['NODE_ENV'] === 'production',
    telemetry: readTelemetrySettings(reader),
    settings: {
      anonymousPerMinute: whole('ANONYMOUS_PER_MINUTE', 600, 1, 1_000_000),
      userPerMinute: whole('USER_PER_MINUTE', undefined, 1, 1_000_000),
      trustedProxies: whole('TRUSTED_PROXIES', 0, 0, 100),
      deadlineMilliseconds: whole('DEADLINE_MILLISECONDS', 10_000, 1, 600_000),
      allowedOrigins: (variables['ALLOWED_ORIGINS'] ?? '').split(/[ ,]+/).filter((origin) => origin !== ''),
    },
  }
  reader.end()
  return environment
}

function readSupergraph(file: string, refuse: (fault: string) => void): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    refuse(`SUPERGRAPH_FILE: ${file} cannot be read. \`npm run schema\` writes it.`)
    return 'type Query'
  }
}
