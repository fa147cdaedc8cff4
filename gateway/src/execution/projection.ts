import { GraphQLError } from 'graphql'
import { type DataObject, type Fault, type Faults, isObject } from './faults.js'
import type { Fields, Shape } from './selection.js'

export interface Answer {
  readonly data: DataObject | null
  readonly errors: readonly GraphQLError[]
}

/**
 * Shapes what the subgraphs gave into what the client asked for: fields in his order, nulls propagated as the schema
 * says, and every fault at its path. A field without a value and without a fault is null and nobody's error.
 */
export function project(selection: Fields, data: DataObject, faults: Faults, introspection: DataObject): Answer {
  const state: State = { faults: faults.isEmpty ? undefined : faults, introspection, path: [], found: [] }
  const answer = projectObject(data, selection, state)
  return { data: answer, errors: errorsOf(state.found) }
}

interface State {
  readonly faults: Faults | undefined
  readonly introspection: DataObject
  readonly path: (string | number)[]
  readonly found: Found[]
}

interface Found {
  readonly path: (string | number)[]
  readonly fault: Fault
}

/** Null where a field that is never null has no value. */
function projectObject(source: DataObject, { typename, fields }: Fields, state: State): DataObject | null {
  const answer: DataObject = {}
  let isBroken = false
  for (const { key, shape } of fields) {
    if (shape === 'typename') {
      answer[key] = typename
    } else if (shape === 'introspection') {
      answer[key] = state.introspection[key]
    } else {
      state.path.push(key)
      const before = state.found.length
      const value = projectValue(source[key], shape, state)
      if (state.faults !== undefined) note(state.faults.of(source, key), value, before, state)
      state.path.pop()
      answer[key] = value
      if (value === null && shape.nonNull) {
        // Where nothing failed there is nothing to collect from the fields that follow.
        if (state.faults === undefined) return null
        isBroken = true
      }
    }
  }
  return isBroken ? null : answer
}

function projectValue(value: unknown, shape: Shape, state: State): unknown {
  if (value === null || value === undefined) return null
  if (shape.list !== undefined) return Array.isArray(value) ? projectList(value, shape.list, state) : null
  if (shape.fieldsOf !== undefined) {
    const fields = isObject(value) ? shape.fieldsOf(value) : undefined
    return fields === undefined ? null : projectObject(value as DataObject, fields, state)
  }
  return shape.accepts === undefined || shape.accepts(value) ? value : null
}

function projectList(values: readonly unknown[], shape: Shape, state: State): unknown[] | null {
  let isBroken = false
  const answer = values.map((element, index) => {
    state.path.push(index)
    const before = state.found.length
    const value = projectValue(element, shape, state)
    if (value === null) {
      land(before, state)
      isBroken ||= shape.nonNull
    }
    state.path.pop()
    return value
  })
  return isBroken ? null : answer
}

function note(faults: readonly Fault[] | undefined, value: unknown, before: number, state: State): void {
  for (const fault of faults ?? []) {
    if (fault.below !== undefined) state.found.push({ path: [...state.path, ...fault.below], fault })
    else if (value === null) state.found.push({ path: [...state.path], fault })
  }
  if (value === null) land(before, state)
}

/** A fault without a place of its own moves up to the field that is null in the answer because of it. */
function land(before: number, { found, path }: State): void {
  for (const each of found.slice(before)) {
    if (each.fault.below === undefined) each.path.length = path.length
  }
}

function errorsOf(found: readonly Found[]): GraphQLError[] {
  const errors = new Map<string, GraphQLError>()
  for (const { path, fault } of found) {
    const { message, extensions } = fault
    errors.set(JSON.stringify([path, extensions]), new GraphQLError(message, { path, extensions: { ...extensions } }))
  }
  return [...errors.values()]
}
