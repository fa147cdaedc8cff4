import { Refusal } from '@caregraph/refusals'
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql'
import type { Variables } from '../supergraph.js'

type BadInput = Refusal<'BAD_USER_INPUT'>

const mostReported = 20

/**
 * What is wrong with the variables, each with its path inside the input. graphql's own check finds the same, but its
 * sentences repeat the values, and values are what people typed about themselves. What a scalar of ours takes, such
 * as an instant, is for the subgraph to judge: the door knows it only by name.
 */
export function refusalsOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Variables,
): BadInput[] {
  const refusals: BadInput[] = []
  const refuse: Refuse = (path, message) => {
    if (refusals.length < mostReported) {
      refusals.push(new Refusal('BAD_USER_INPUT', { field: fieldOf(path) }, message))
    }
  }
  for (const { variable, type: typeNode, defaultValue } of operation.variableDefinitions ?? []) {
    const name = variable.name.value
    const type = typeFromAST(schema, typeNode)
    if (!isInputType(type)) continue
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined
    if (value !== undefined || defaultValue === undefined) check(value, type, [name], refuse)
  }
  return refusals
}

type Refuse = (path: readonly (string | number)[], message: string) => void

function check(value: unknown, type: GraphQLInputType, path: readonly (string | number)[], refuse: Refuse): void {
  if (isNonNullType(type)) {
    if (value === null || value === undefined) refuse(path, 'This is required.')
    else check(value, type.ofType, path, refuse)
  } else if (value === null || value === undefined) {
    // Null is a value of every type that is not non-null.
  } else if (isListType(type)) {
    if (!Array.isArray(value)) check(value, type.ofType, path, refuse)
    else value.forEach((element, index) => void check(element, type.ofType, [...path, index], refuse))
  } else if (isInputObjectType(type)) {
    if (typeof value !== 'object' || Array.isArray(value)) refuse(path, 'This has to be an object.')
    else checkFields(value as Variables, type, path, refuse)
  } else if (!takes(type, value)) {
    refuse(path, `This is not a value of the type ${type.name}.`)
  }
}

function checkFields(
  given: Variables,
  type: GraphQLInputObjectType,
  path: readonly (string | number)[],
  refuse: Refuse,
): void {
  const fields = type.getFields()
  for (const [name, field] of Object.entries(fields)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (value !== undefined || field.defaultValue === undefined) check(value, field.type, [...path, name], refuse)
  }
  const isUnknown = Object.keys(given).some((name) => fields[name] === undefined)
  if (isUnknown) refuse(path, `This has a field that ${type.name} does not know.`)
}

function takes(type: { parseValue(value: unknown): unknown }, value: unknown): boolean {
  try {
    return type.parseValue(value) !== undefined
  } catch {
    return false
  }
}

/** `$input.email` is the field `email` to whoever fills in a form; another variable is a field itself. */
function fieldOf([variable, ...inside]: readonly (string | number)[]): string {
  const path = variable === 'input' && inside.length > 0 ? inside : [variable, ...inside]
  return path.join('.')
}
