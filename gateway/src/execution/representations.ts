import { isAbstractType, possibleRuntimeTypes, type Schema } from '@apollo/federation-internals'
import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { type DataObject, type Fault, type Faults, isObject } from './faults.js'

/** What a fetch sends to name entities, each only once, and the objects that every one of them stands for. */
export interface Representations {
  readonly representations: readonly DataObject[]
  readonly entities: readonly (readonly DataObject[])[]
}

type Selections = readonly QueryPlanSelectionNode[]

/** Objects that lack what the fetch requires are left out: for them there is nothing to ask. */
export function representationsOf(
  schema: Schema,
  { inputRewrites }: FetchNode,
  requires: Selections,
  objects: readonly DataObject[],
): Representations {
  const byContent = new Map<string, { representation: DataObject; entities: DataObject[] }>()
  for (const object of objects) {
    const representation = pick(schema, object, requires)
    if (representation?.['__typename'] === undefined) continue
    rewrite(schema, inputRewrites, representation)
    const content = JSON.stringify(representation)
    const known = byContent.get(content)
    if (known === undefined) byContent.set(content, { representation, entities: [object] })
    else known.entities.push(object)
  }
  const all = [...byContent.values()]
  return { representations: all.map((each) => each.representation), entities: all.map((each) => each.entities) }
}

/** The required fields of an object, or nothing where one of them is missing. Of several fragments one is enough. */
function pick(schema: Schema, source: DataObject, selections: Selections): DataObject | undefined {
  const picked: DataObject = {}
  for (const selection of selections) {
    if (selection.kind === 'Field') {
      const key = selection.alias ?? selection.name
      const value = source[key]
      if (value === undefined) return undefined
      const part = pickValue(schema, value, selection.selections)
      if (part === undefined) return undefined
      picked[key] = part
    } else if (selection.typeCondition !== undefined && isOfType(schema, source, selection.typeCondition, false)) {
      const part = pick(schema, source, selection.selections)
      if (part !== undefined) merge(picked, part)
    }
  }
  return picked
}

function pickValue(schema: Schema, value: unknown, selections: Selections | undefined): unknown {
  if (selections === undefined || value === null) return value
  if (!Array.isArray(value)) return pick(schema, value as DataObject, selections)
  const parts = value.map((element) => pickValue(schema, element, selections))
  return parts.includes(undefined) ? undefined : parts
}

/** The fault because of which a required field of this object has no value, if that is so. */
export function faultBehind(object: DataObject, requires: Selections, faults: Faults): Fault | undefined {
  for (const selection of requires) {
    if (selection.kind === 'InlineFragment') {
      const fault = faultBehind(object, selection.selections, faults)
      if (fault !== undefined) return fault
      continue
    }
    const key = selection.alias ?? selection.name
    const value = object[key]
    const fault = value === undefined || value === null ? faults.of(object, key)?.[0] : undefined
    if (fault !== undefined) return fault
    for (const part of [value].flat(Number.POSITIVE_INFINITY)) {
      const within = isObject(part) && selection.selections && faultBehind(part, selection.selections, faults)
      if (within) return within
    }
  }
  return undefined
}

/** Merges what a subgraph gave into what is known. */
export function merge(known: DataObject, given: DataObject): void {
  for (const key in given) {
    const value = given[key]
    const before = known[key]
    if (value === undefined) continue
    if (isObject(before) && isObject(value)) merge(before, value)
    else if (Array.isArray(before) && Array.isArray(value) && before.length === value.length) mergeLists(before, value)
    else known[key] = value
  }
}

function mergeLists(known: unknown[], given: readonly unknown[]): void {
  given.forEach((value, index) => {
    const before = known[index]
    if (isObject(before) && isObject(value)) merge(before, value)
    else known[index] = value
  })
}

type Rewrites = FetchNode['outputRewrites']

/** Sets or renames fields where the planner had to call them otherwise than the client. */
export function rewrite(schema: Schema, rewrites: Rewrites, value: DataObject): void {
  for (const each of rewrites ?? []) {
    const field = each.path.at(-1)
    if (field === undefined) continue
    forEachAt(schema, each.path.slice(0, -1), value, (object) => {
      if (each.kind === 'ValueSetter') {
        object[field] = each.setValueTo
      } else if (object[field] !== undefined) {
        object[each.renameKeyTo] = object[field]
        delete object[field]
      }
    })
  }
}

const typeCondition = '... on '

function forEachAt(
  schema: Schema,
  [first, ...rest]: readonly string[],
  value: unknown,
  change: (object: DataObject) => void,
): void {
  if (Array.isArray(value)) {
    for (const element of value) forEachAt(schema, first === undefined ? [] : [first, ...rest], element, change)
  } else if (isObject(value)) {
    if (first === undefined) change(value)
    else if (!first.startsWith(typeCondition)) forEachAt(schema, rest, value[first], change)
    else if (isOfType(schema, value, first.slice(typeCondition.length), true)) forEachAt(schema, rest, value, change)
  }
}

/** @param unknown the answer for an object that does not tell its type */
function isOfType(schema: Schema, { __typename: name }: DataObject, condition: string, unknown: boolean): boolean {
  if (name === undefined) return unknown
  if (name === condition) return true
  const type = schema.type(condition)
  return type !== undefined && isAbstractType(type) && possibleRuntimeTypes(type).some((each) => each.name === name)
}
