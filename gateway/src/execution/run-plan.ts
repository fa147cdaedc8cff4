import type { FetchNode, PlanNode } from '@apollo/query-planner'
import { Kind, type SelectionNode } from 'graphql'
import type { PreparedOperation, Supergraph, Variables } from '../supergraph.js'
import { type DataObject, type Fault, type Faults, isObject, type Path } from './faults.js'
import { faultBehind, merge, representationsOf, rewrite } from './representations.js'

/** One run of a plan: what has been gathered so far, and for whom. */
export interface Run {
  readonly supergraph: Supergraph
  readonly operation: PreparedOperation
  readonly variables: Variables
  readonly data: DataObject
  readonly faults: Faults
  /** Asks one subgraph. Never rejects: what goes wrong is among the faults. */
  ask(fetch: FetchNode, variables: Variables): Promise<SubgraphAnswer>
}

export interface SubgraphAnswer {
  readonly data: DataObject | undefined
  /** Each with its path in this answer; an empty one where all of it is missing. */
  readonly faults: readonly (Fault & { readonly path: Path })[]
  /** Of an event: what the act behind it was a part of. */
  readonly traceparent?: string | undefined
}

/** Fetches what the plan says into `run.data`. Objects are those at which the node begins. */
export async function runPlan(run: Run, node: PlanNode, objects: readonly DataObject[]): Promise<void> {
  switch (node.kind) {
    case 'Sequence':
      for (const each of node.nodes) await runPlan(run, each, objects)
      return
    case 'Parallel':
      await Promise.all(node.nodes.map((each) => runPlan(run, each, objects)))
      return
    case 'Flatten': {
      const inner: DataObject[] = []
      for (const object of objects) gatherAt(object, node.path, 0, inner)
      return runPlan(run, node.node, inner)
    }
    case 'Condition': {
      const chosen = run.operation.isOn(node.condition, run.variables) ? node.ifClause : node.elseClause
      return chosen === undefined ? undefined : runPlan(run, chosen, objects)
    }
    case 'Fetch':
      return objects.length === 0 ? undefined : runFetch(run, node, objects)
    case 'Defer':
      throw new Error('the planner was not asked to defer')
  }
}

function gatherAt(value: unknown, path: readonly (string | number)[], index: number, found: DataObject[]): void {
  if (Array.isArray(value)) {
    const next = path[index] === '@' ? index + 1 : index
    for (const element of value) gatherAt(element, path, next, found)
  } else if (isObject(value)) {
    const key = path[index]
    if (key === undefined) found.push(value)
    else gatherAt(value[key], path, index + 1, found)
  }
}

async function runFetch(run: Run, fetch: FetchNode, objects: readonly DataObject[]): Promise<void> {
  const variables = variablesOf(fetch, run.variables)
  if (fetch.requires === undefined) {
    takeRoot(run, fetch, await run.ask(fetch, variables))
    return
  }
  const askable = run.faults.isEmpty ? objects : withoutFaults(run, fetch, fetch.requires, objects)
  const { representations, entities } = representationsOf(run.supergraph.federated, fetch, fetch.requires, askable)
  if (representations.length === 0) return
  takeEntities(run, fetch, entities, await run.ask(fetch, { ...variables, representations }))
}

/** The client's variables that a fetch uses. */
export function variablesOf({ variableUsages = [] }: FetchNode, given: Variables): Record<string, unknown> {
  const variables: Record<string, unknown> = {}
  for (const name of variableUsages) if (given[name] !== undefined) variables[name] = given[name]
  return variables
}

/** Where a required field is missing because of a fault, the fields that hang on it are missing for the same reason. */
function withoutFaults(
  { faults }: Run,
  fetch: FetchNode,
  requires: NonNullable<FetchNode['requires']>,
  objects: readonly DataObject[],
): DataObject[] {
  return objects.filter((object) => {
    const fault = faultBehind(object, requires, faults)
    if (fault === undefined) return true
    const { message, extensions } = fault
    for (const field of fieldsOf(fetch)) faults.add(object, field, { message, extensions })
    return false
  })
}

function takeRoot({ supergraph, data, faults }: Run, fetch: FetchNode, answer: SubgraphAnswer): void {
  for (const { path, ...fault } of answer.faults) addFault(faults, fetch, [data], path, fault)
  if (answer.data === undefined) return
  rewrite(supergraph.federated, fetch.outputRewrites, answer.data)
  merge(data, answer.data)
}

function takeEntities(
  { supergraph, faults }: Run,
  fetch: FetchNode,
  entities: readonly (readonly DataObject[])[],
  answer: SubgraphAnswer,
): void {
  for (const { path, ...fault } of answer.faults) {
    const [, index, ...inside] = path
    addFault(faults, fetch, typeof index === 'number' ? (entities[index] ?? []) : entities.flat(), inside, fault)
  }
  const given = answer.data?.['_entities']
  if (!Array.isArray(given)) return
  for (const [index, entity] of given.entries()) {
    if (!isObject(entity)) continue
    rewrite(supergraph.federated, fetch.outputRewrites, entity)
    for (const object of entities[index] ?? []) merge(object, entity)
  }
}

/** A fault that names no field is a fault of every field that was asked for. */
function addFault(
  faults: Faults,
  fetch: FetchNode,
  objects: readonly DataObject[],
  [field, ...below]: Path,
  fault: Fault,
): void {
  for (const object of objects) {
    if (field !== undefined) faults.add(object, renamed(fetch, String(field)), { ...fault, below })
    else for (const each of fieldsOf(fetch)) faults.add(object, each, fault)
  }
}

/** The response names that a fetch asks for at its root or of its entities, as the client calls them. */
function fieldsOf(fetch: FetchNode): string[] {
  const definitions = fetch.operationDocumentNode?.definitions ?? []
  const names = (selections: readonly SelectionNode[]): string[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) {
        const isDoor = fetch.requires !== undefined && selection.name.value === '_entities'
        return isDoor ? names(selection.selectionSet?.selections ?? []) : (selection.alias ?? selection.name).value
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) return names(selection.selectionSet.selections)
      const fragment = definitions.find(
        (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === selection.name.value,
      )
      return fragment !== undefined && 'selectionSet' in fragment ? names(fragment.selectionSet.selections) : []
    })
  const [operation] = definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION)
  return names(operation?.selectionSet.selections ?? [])
    .filter((name) => name !== '__typename')
    .map((name) => renamed(fetch, name))
}

function renamed({ outputRewrites = [] }: FetchNode, field: string): string {
  for (const each of outputRewrites) {
    const isField = each.path.filter((part) => !part.startsWith('... on ')).length === 1
    if (each.kind === 'KeyRenamer' && isField && each.path.at(-1) === field) return each.renameKeyTo
  }
  return field
}
