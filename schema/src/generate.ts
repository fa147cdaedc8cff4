import { composeServices } from '@apollo/composition'
import { analytics } from '@caregraph/analytics'
import { appointment } from '@caregraph/appointment'
import { auth } from '@caregraph/auth'
import { billing } from '@caregraph/billing'
import { doctor } from '@caregraph/doctor'
import { catalogue, eventTypes } from '@caregraph/events'
import { patient } from '@caregraph/patient'
import { parse, printSchema } from 'graphql'
import type { SubgraphEntry } from './supergraph-yaml.js'

const subgraphs = new Map([auth, patient, doctor, appointment, billing, analytics].map((each) => [each.name, each]))

/** Everything that `schema/` keeps, by its path below that folder. Throws where the subgraphs do not compose. */
export function generateSchema(entries: readonly SubgraphEntry[]): Map<string, string> {
  const files = new Map<string, string>()
  const services = entries.map(({ name, routingUrl, file }) => {
    const subgraph = subgraphs.get(name)
    if (subgraph === undefined) throw new Error(`supergraph.yaml names ${name}, and no subgraph has that name.`)
    const { sdl } = subgraph.schema()
    files.set(file, sdl)
    return { name, url: routingUrl, typeDefs: parse(sdl) }
  })
  const { schema, supergraphSdl, errors = [] } = composeServices(services)
  if (schema === undefined || supergraphSdl === undefined) {
    throw new Error(`The subgraphs do not compose:\n${errors.map(({ message }) => `  ${message}`).join('\n')}`)
  }
  files.set('supergraph.graphql', `${supergraphSdl.trimEnd()}\n`)
  files.set('api.graphql', `${printSchema(schema.toAPISchema().toGraphQLJSSchema())}\n`)
  for (const type of eventTypes) files.set(`events/${type}.json`, `${JSON.stringify(eventSchema(type), null, 2)}\n`)
  return files
}

/** The JSON Schema of one event, envelope and data (CloudEvents 1.0). */
function eventSchema(type: keyof typeof catalogue): object {
  const { owner, when, data } = catalogue[type]
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: type,
    description: `Fired whenever ${when}.`,
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'data'],
    properties: {
      specversion: { const: '1.0' },
      id: { type: 'string', format: 'uuid' },
      source: { const: `/caregraph/${owner}` },
      type: { const: type },
      subject: { type: 'string', format: 'uuid' },
      time: { type: 'string', format: 'date-time' },
      datacontenttype: { const: 'application/json' },
      traceparent: { type: 'string', pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$' },
      data,
    },
  }
}
