import { executeSync, type GraphQLSchema, Kind } from 'graphql'
import type { PreparedOperation, Variables } from '../supergraph.js'
import type { DataObject } from './faults.js'
import type { Selection } from './selection.js'

/** Answers `__schema` and `__type`. The rest of the operation is for the subgraphs. */
export function introspect(
  schema: GraphQLSchema,
  { document, definition }: PreparedOperation,
  { introspection }: Selection,
  variables: Variables,
): DataObject {
  if (introspection.length === 0) return {}
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)
  const alone = { ...definition, selectionSet: { ...definition.selectionSet, selections: introspection } }
  const { data } = executeSync({
    schema,
    document: { kind: Kind.DOCUMENT, definitions: [alone, ...fragments] },
    variableValues: variables,
  })
  return data ?? {}
}
