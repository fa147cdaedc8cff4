import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parse } from 'yaml'

export interface SubgraphEntry {
  readonly name: string
  readonly routingUrl: string
  /** The file of its SDL below `schema/`. */
  readonly file: string
}

/** The list of subgraphs as rover reads it. */
export async function readSupergraphYaml(path: URL): Promise<SubgraphEntry[]> {
  const { subgraphs } = parse(await readFile(path, 'utf8')) as {
    subgraphs: Record<string, { routing_url: string; schema: { file: string } }>
  }
  return Object.entries(subgraphs).map(([name, { routing_url, schema }]) => ({
    name,
    routingUrl: routing_url,
    file: basename(schema.file),
  }))
}
