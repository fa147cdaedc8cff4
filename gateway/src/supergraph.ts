import { Supergraph as Composition, operationFromDocument, type Schema } from '@apollo/federation-internals'
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  separateOperations,
  visit,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import { isIntrospection, type Selection, selectionOf, switchesOf } from './execution/selection.js'

export type Variables = Readonly<Record<string, unknown>>

/** An operation that has been planned: what to ask of whom, and what the answer looks like. */
export interface PreparedOperation {
  readonly document: DocumentNode
  readonly definition: OperationDefinitionNode
  readonly plan: QueryPlan
  /** What is asked for with these variables: `@skip` and `@include` decide by them. */
  selection(variables: Variables): Selection
  /** Whether a variable of `@skip` or `@include` is true. */
  isOn(variable: string, variables: Variables): boolean
}

/** Everything that follows from one supergraph SDL. It never changes: a reload makes another one. */
export interface Supergraph {
  readonly sdl: string
  /** What clients see. */
  readonly schema: GraphQLSchema
  /** All of it, also what no client sees. */
  readonly federated: Schema
  /** Plans an operation, or remembers its plan. Nothing where the document has no such operation. */
  prepare(source: string, document: DocumentNode, operationName: string | undefined): PreparedOperation | undefined
}

const rememberedDocuments = 2_000
/** With the planner's own 10,000 one hostile document thinks for seconds. */
const mostEvaluatedPlans = 1_000
/** One for each way in which `@skip` and `@include` can turn out. */
const rememberedSelections = 64

export function supergraphOf(sdl: string): Supergraph {
  const supergraph = Composition.build(sdl)
  const api = supergraph.apiSchema()
  const schema = api.toGraphQLJSSchema()
  const planner = new QueryPlanner(supergraph, {
    exposeDocumentNodeInFetchNode: true,
    debug: { maxEvaluatedPlans: mostEvaluatedPlans },
  })
  const operations = new LRUCache<string, Map<string | undefined, PreparedOperation>>({ max: rememberedDocuments })

  return {
    sdl,
    schema,
    federated: supergraph.schema,
    prepare(source, document, operationName) {
      const known = operations.get(source)?.get(operationName)
      if (known !== undefined) return known
      const definition = operationOf(document, operationName)
      if (definition === undefined) return undefined
      const plan = planner.buildQueryPlan(operationFromDocument(api, forPlanner(document, definition)))
      const prepared = preparedOperation(schema, document, definition, plan)
      operations.set(source, new Map(operations.get(source)).set(operationName, prepared))
      return prepared
    },
  }
}

/** The operation of that name; without a name the only one. */
export function operationOf(document: DocumentNode, name: string | undefined): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION)
  if (name !== undefined) return operations.find((each) => each.name?.value === name)
  return operations.length === 1 ? operations[0] : undefined
}

/**
 * The operation and its fragments without what asks for the schema itself: that is answered here, and Apollo's own
 * model of it knows fewer fields than graphql's.
 */
function forPlanner(document: DocumentNode, { name }: OperationDefinitionNode): DocumentNode {
  const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }
  const remaining = visit(document, {
    Field: ({ name: field }) => (isIntrospection(field.value) ? null : undefined),
    SelectionSet: {
      leave: (node) => (node.selections.length === 0 ? { ...node, selections: [typename] } : undefined),
    },
  })
  return separateOperations(remaining)[name?.value ?? ''] ?? remaining
}

function preparedOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  definition: OperationDefinitionNode,
  plan: QueryPlan,
): PreparedOperation {
  const switches = switchesOf(document)
  const selections = new LRUCache<string, Selection>({ max: rememberedSelections })
  const isOn = (variable: string, variables: Variables) =>
    (variables[variable] === undefined ? defaultOf(definition, variable) : variables[variable]) === true
  return {
    document,
    definition,
    plan,
    isOn,
    selection(variables) {
      const key = switches.map((name) => Number(isOn(name, variables))).join('')
      const known = selections.get(key)
      if (known !== undefined) return known
      const selection = selectionOf(schema, document, definition, (name) => isOn(name, variables))
      selections.set(key, selection)
      return selection
    },
  }
}

function defaultOf({ variableDefinitions = [] }: OperationDefinitionNode, variable: string): boolean {
  const value = variableDefinitions.find((each) => each.variable.name.value === variable)?.defaultValue
  return value?.kind === Kind.BOOLEAN && value.value
}

/** The names of the subgraphs that a supergraph was composed of, and where each answers. */
export function routingUrlsOf(sdl: string): Map<string, string> {
  const urls = new Map<string, string>()
  visit(parse(sdl), {
    EnumValueDefinition({ directives = [] }) {
      const given = directives.find(({ name }) => name.value === 'join__graph')?.arguments ?? []
      const [name, url] = ['name', 'url'].map((key) => given.find((each) => each.name.value === key)?.value)
      if (name?.kind === Kind.STRING && url?.kind === Kind.STRING) urls.set(name.value, url.value)
    },
  })
  return urls
}
