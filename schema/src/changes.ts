import { buildSchema, findBreakingChanges, parse, validate } from 'graphql'

/** What a client of the promised API would trip over, each with the field that it is about. */
export function breakingChanges(promised: string, current: string): string[] {
  return findBreakingChanges(buildSchema(promised), buildSchema(current)).map(({ description }) => description)
}

export interface NamedOperation {
  /** Where it stands, such as docs/requests/billing.http. */
  readonly source: string
  readonly document: string
}

/** What the operations that we publish ask for and the API does not have. */
export function brokenOperations(current: string, operations: readonly NamedOperation[]): string[] {
  const schema = buildSchema(current)
  return operations.flatMap(({ source, document }) =>
    validate(schema, parse(document)).map(({ message }) => `${source}: ${message}`),
  )
}
