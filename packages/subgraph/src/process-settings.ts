import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { readTelemetrySettings, type TelemetrySettings } from '@caregraph/telemetry'
import { parse } from 'yaml'
import type { Clinic } from './clinic.js'
import { readCacheUrl, readClinic, settingsReader, type Variables } from './settings.js'
import { readSubgraphKey } from './subgraph-key.js'
import { readSubgraphUrls, type SubgraphUrls } from './subgraph-urls.js'

/** What the environment says to a subgraph that runs alone. */
export interface ProcessSettings {
  readonly host: string
  readonly port: number
  /** What every request to a subgraph carries, so that nobody else on the net is answered. */
  readonly key: string | undefined
  /** Nothing for an embedded PostgreSQL below `dataDirectory`. */
  readonly databaseUrl: string | undefined
  readonly dataDirectory: string
  /** Nothing for a bus that ends with the process. */
  readonly brokerUrl: string | undefined
  /** Nothing for the memory of the process. */
  readonly cacheUrl: string | undefined
  /** Where the other subgraphs answer: each in one copy or more. */
  readonly peers: ReadonlyMap<string, SubgraphUrls>
  readonly clinic: Clinic
  readonly telemetry: TelemetrySettings
}

interface SupergraphList {
  readonly subgraphs: Readonly<Record<string, { readonly routing_url: string }>>
}

const supergraphList = 'supergraph.yaml'

/** Reads the settings of the subgraph of this name. Throws WrongSettings with everything that is wrong. */
export function readProcessSettings(name: string, variables: Variables): ProcessSettings {
  const reader = settingsReader(variables)
  const { subgraphs } = parse(readFileSync(above(import.meta.url, supergraphList), 'utf8')) as SupergraphList
  const ownUrl = subgraphs[name]?.routing_url
  if (ownUrl === undefined) throw new Error(`${supergraphList} knows no subgraph of the name ${name}`)
  const peers = Object.entries(subgraphs)
    .filter(([peer]) => peer !== name)
    .map(([peer, { routing_url }]) => [peer, readSubgraphUrls(reader, peer, routing_url)] as const)
  const settings: ProcessSettings = {
    host: variables['HOST'] || '127.0.0.1',
    port: reader.whole('PORT', Number(new URL(ownUrl).port), 0, 65_535),
    key: readSubgraphKey(variables, reader),
    databaseUrl: reader.url('DATABASE_URL', ['postgres:', 'postgresql:', 'mysql:', 'mongodb:', 'mongodb+srv:']),
    dataDirectory: resolve(variables['DATA_DIR'] || '.data', name),
    brokerUrl: reader.url('BROKER_URL', ['kafka:']),
    cacheUrl: readCacheUrl(reader),
    peers: new Map(peers),
    clinic: readClinic(reader, 'http://localhost:4004'),
    telemetry: readTelemetrySettings(reader),
  }
  reader.end()
  return settings
}

/** The code may lie as it was written or as it was built into few files: what belongs to all of it is at its top. */
function above(place: string, file: string): URL {
  for (let folder = new URL('.', place); ; folder = new URL('..', folder)) {
    const found = new URL(file, folder)
    if (existsSync(found)) return found
    if (folder.pathname === '/') throw new Error(`no folder above ${place} has a ${file}`)
  }
}
