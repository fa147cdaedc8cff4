import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  visit,
} from 'graphql'
import type { DataObject } from './faults.js'

/** A field of the answer: where its value is found, and what it may be. */
export interface Field {
  readonly key: string
  readonly shape: Shape | 'typename' | 'introspection'
}

export interface Fields {
  readonly typename: string
  readonly fields: readonly Field[]
}

export interface Shape {
  readonly nonNull: boolean
  readonly list?: Shape
  /** Of an object: the fields for the type that it turns out to have. Nothing where clients know no such type. */
  readonly fieldsOf?: (value: DataObject) => Fields | undefined
  /** Of an enum: whether clients know this value. */
  readonly accepts?: (value: unknown) => boolean
}

export interface Selection extends Fields {
  /** The parts of the operation that ask for the schema itself. */
  readonly introspection: readonly FieldNode[]
}

type IsOn = (variable: string) => boolean

interface Source {
  readonly schema: GraphQLSchema
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly isOn: IsOn
}

/** What an operation asks for, as graphql's own execution would walk it. `isOn` tells the variables of `@skip` and `@include`. */
export function selectionOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  isOn: IsOn,
): Selection {
  const definitions = document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION)
  const source = { schema, fragments: new Map(definitions.map((each) => [each.name.value, each])), isOn }
  const root = schema.getRootType(operation.operation)
  if (!root) throw new Error(`the schema has no ${operation.operation}`)
  const collected = collectFields(source, root, [operation.selectionSet.selections])
  const introspection = [...collected.values()].flat().filter(({ name }) => isIntrospection(name.value))
  return { typename: root.name, fields: fieldsOf(source, root, collected), introspection }
}

export const isIntrospection = (field: string) => field === '__schema' || field === '__type'

/** The variables that `@skip` and `@include` look at. */
export function switchesOf(document: DocumentNode): string[] {
  const names = new Set<string>()
  visit(document, {
    Directive({ name, arguments: given = [] }) {
      const condition = given[0]?.value
      if (isSwitch(name.value) && condition?.kind === Kind.VARIABLE) names.add(condition.name.value)
    },
  })
  return [...names]
}

const isSwitch = (directive: string) => directive === 'skip' || directive === 'include'

/** The specification's CollectFields: what is asked of an object of this type, merged by response name, in order. */
function collectFields(
  source: Source,
  type: GraphQLObjectType,
  selectionSets: readonly (readonly SelectionNode[])[],
  fields: Map<string, FieldNode[]> = new Map(),
): Map<string, FieldNode[]> {
  for (const selection of selectionSets.flat()) {
    if (!isIncluded(selection, source.isOn)) continue
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value
      const nodes = fields.get(key)
      if (nodes === undefined) fields.set(key, [selection])
      else nodes.push(selection)
      continue
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : source.fragments.get(selection.name.value)
    if (fragment !== undefined && appliesTo(source.schema, fragment.typeCondition?.name.value, type)) {
      collectFields(source, type, [fragment.selectionSet.selections], fields)
    }
  }
  return fields
}

function isIncluded({ directives = [] }: SelectionNode, isOn: IsOn): boolean {
  return directives.every(({ name, arguments: given = [] }) => {
    if (!isSwitch(name.value)) return true
    const condition = given[0]?.value
    const holds =
      condition?.kind === Kind.VARIABLE
        ? isOn(condition.name.value)
        : condition?.kind === Kind.BOOLEAN && condition.value
    return holds === (name.value === 'include')
  })
}

function appliesTo(schema: GraphQLSchema, condition: string | undefined, type: GraphQLObjectType): boolean {
  if (condition === undefined || condition === type.name) return true
  const conditional = schema.getType(condition)
  return isAbstractType(conditional) && schema.isSubType(conditional, type)
}

function fieldsOf(source: Source, type: GraphQLObjectType, collected: ReadonlyMap<string, FieldNode[]>): Field[] {
  const definitions = type.getFields()
  return Array.from(collected, ([key, nodes]): Field => {
    const name = nodes[0]?.name.value ?? key
    if (name === '__typename') return { key, shape: 'typename' }
    const definition = definitions[name]
    if (definition === undefined) return { key, shape: 'introspection' }
    const selections = nodes.map(({ selectionSet }) => selectionSet?.selections ?? [])
    return { key, shape: shapeOf(source, definition.type, selections) }
  })
}

function shapeOf(source: Source, type: GraphQLOutputType, selections: readonly (readonly SelectionNode[])[]): Shape {
  if (isNonNullType(type)) return { ...shapeOf(source, type.ofType, selections), nonNull: true }
  if (isListType(type)) return { nonNull: false, list: shapeOf(source, type.ofType, selections) }
  const named = getNamedType(type)
  if (isEnumType(named)) {
    return { nonNull: false, accepts: (value) => named.getValue(String(value)) !== undefined }
  }
  if (isLeafType(named)) return { nonNull: false }

  const known = new Map<string, Fields>()
  const compile = (object: GraphQLObjectType): Fields => {
    const fields = fieldsOf(source, object, collectFields(source, object, selections))
    const compiled = { typename: object.name, fields }
    known.set(object.name, compiled)
    return compiled
  }
  if (isObjectType(named)) return { nonNull: false, fieldsOf: () => known.get(named.name) ?? compile(named) }
  return {
    nonNull: false,
    fieldsOf({ __typename: name }) {
      if (typeof name !== 'string') return undefined
      const concrete = source.schema.getType(name)
      return known.get(name) ?? (isObjectType(concrete) ? compile(concrete) : undefined)
    },
  }
}
