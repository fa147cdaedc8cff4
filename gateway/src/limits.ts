import {
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  type ParseOptions,
  parse,
  SchemaMetaFieldDef,
  type SelectionNode,
  specifiedRules,
  TypeMetaFieldDef,
  type ValidationContext,
  type ValidationRule,
  validate,
} from 'graphql'

/** What a client may ask for at once, the same over HTTP and over a socket. */
export interface Limits {
  /** Bytes of a request's body, and of a message on a socket. */
  readonly bodyBytes: number
  /** How deep arrays and objects lie within each other in the variables. */
  readonly variableDepth: number
  readonly tokens: number
  /** How deep fields lie within each other. */
  readonly depth: number
  readonly aliases: number
  readonly rootFields: number
  /** Fields of the operation with its fragments spread out: what the planner has to think about. */
  readonly fields: number
  readonly directives: number
  /** Fields that the answer can have, where a list counts as often as its `first` says. */
  readonly cost: number
  /** Requests over HTTP that are under way. */
  readonly requestsAtOnce: number
  readonly sockets: number
  readonly socketsPerAddress: number
  /** Subscriptions and other operations that are under way on one socket. */
  readonly operationsPerSocket: number
  /** How long a socket may stay silent before it says who it is. */
  readonly connectionInitMilliseconds: number
}

export const defaultLimits: Limits = {
  bodyBytes: 256 * 1024,
  variableDepth: 24,
  tokens: 3_000,
  // A patient's whole story lies 10 deep, Apollo Sandbox's introspection 15.
  depth: 16,
  aliases: 60,
  rootFields: 20,
  fields: 2_000,
  directives: 60,
  // Two lists of 100 within each other, with 100 fields of each.
  cost: 1_000_000,
  // Some hundred times what is under way on a busy day; with the largest bodies half a gigabyte.
  requestsAtOnce: 2_000,
  sockets: 10_000,
  // A whole clinic can sit behind one address.
  socketsPerAddress: 1_000,
  operationsPerSocket: 250,
  connectionInitMilliseconds: 3_000,
}

/** How many a page counts for when only a variable says how many. */
const mostPerPage = 100
/** How many a list counts for that has no pages, such as the lines of an invoice. */
const usualList = 10

export const parseOptions = ({ tokens }: Limits): ParseOptions => ({ maxTokens: tokens })

/** The rules of ours, besides GraphQL's own. In production nobody is told the schema. */
export function validationRules(limits: Limits, production: boolean): ValidationRule[] {
  const rules = [refuseReservedAliases, limitDocument(limits)]
  return production ? [NoSchemaIntrospectionCustomRule, ...rules] : rules
}

/** Reads a document exactly as the HTTP door does. */
export function readDocument(
  schema: GraphQLSchema,
  source: string,
  limits: Limits,
  production: boolean,
): DocumentNode | readonly GraphQLError[] {
  try {
    const document = parse(source, parseOptions(limits))
    const errors = validate(schema, document, [...specifiedRules, ...validationRules(limits, production)])
    return errors.length === 0 ? document : errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED'))
  } catch (error) {
    if (error instanceof GraphQLError) return [coded(error, 'GRAPHQL_PARSE_FAILED')]
    throw error
  }
}

function coded({ message, nodes, source, positions }: GraphQLError, code: string): GraphQLError {
  const place = nodes === undefined ? { source, positions } : { nodes }
  return new GraphQLError(message, { ...place, extensions: { code } })
}

/** Such names mean something to every JavaScript object: `__proto__` as an alias would change what an answer is. */
function refuseReservedAliases(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      if (node.alias !== undefined && node.alias.value in Object.prototype) {
        context.reportError(new GraphQLError('This alias is reserved.', { nodes: node.alias }))
      }
    },
  }
}

/** Counts every operation of a document with its fragments spread out, and refuses what is beyond a limit. */
function limitDocument(limits: Limits): ValidationRule {
  return (context) => ({
    OperationDefinition(operation) {
      const size = sizeOf(context, operation)
      for (const name of ['depth', 'aliases', 'rootFields', 'fields', 'directives', 'cost'] as const) {
        if (size[name] <= limits[name]) continue
        const message = `The operation is too large: ${sentences[name]} is ${size[name]}, the limit is ${limits[name]}.`
        context.reportError(new GraphQLError(message, { nodes: operation }))
      }
    },
  })
}

const sentences = {
  depth: 'its depth',
  aliases: 'the number of its aliases',
  rootFields: 'the number of its root fields',
  fields: 'the number of its fields',
  directives: 'the number of its directives',
  cost: 'its cost',
}

type Size = { -readonly [name in keyof typeof sentences]: number }

/** A fragment is measured once, however often it is spread, or a small document could keep the counting busy for hours. */
function sizeOf(context: ValidationContext, operation: OperationDefinitionNode): Size {
  const schema = context.getSchema()
  const measured = new Map<string, Size>()
  const nothing: Size = { depth: 0, aliases: 0, rootFields: 0, fields: 0, directives: 0, cost: 0 }

  const sizeOfFragment = (name: string): Size => {
    const known = measured.get(name)
    if (known !== undefined) return known
    // A fragment within itself is refused by another rule; here it must only come to an end.
    measured.set(name, nothing)
    const fragment = context.getFragment(name)
    const type = schema.getType(fragment?.typeCondition.name.value ?? '')
    const size = sizeOfAll(fragment?.selectionSet.selections ?? [], type)
    measured.set(name, size)
    return size
  }

  const sizeOfOne = (selection: SelectionNode, parent: Type): Size => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return sizeOfFragment(selection.name.value)
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition?.name.value
      return sizeOfAll(selection.selectionSet.selections, condition === undefined ? parent : schema.getType(condition))
    }
    const field = fieldOf(parent, selection.name.value)
    const inner = sizeOfAll(selection.selectionSet?.selections ?? [], field && getNamedType(field.type))
    return {
      depth: inner.depth + 1,
      aliases: inner.aliases + (selection.alias === undefined ? 0 : 1),
      rootFields: 1,
      fields: inner.fields + 1,
      directives: inner.directives,
      cost: 1 + lengthOf(field, selection) * inner.cost,
    }
  }

  const sizeOfAll = (selections: readonly SelectionNode[], parent: Type): Size => {
    const sum = { ...nothing }
    for (const selection of selections) {
      const size = sizeOfOne(selection, parent)
      sum.depth = Math.max(sum.depth, size.depth)
      sum.aliases += size.aliases
      sum.rootFields += size.rootFields
      sum.fields += size.fields
      sum.directives += size.directives + (selection.directives?.length ?? 0)
      sum.cost += size.cost
    }
    return sum
  }

  return sizeOfAll(operation.selectionSet.selections, schema.getRootType(operation.operation))
}

type Type = GraphQLNamedType | null | undefined

function fieldOf(type: Type, name: string): GraphQLField<unknown, unknown> | undefined {
  if (name === '__schema') return SchemaMetaFieldDef
  if (name === '__type') return TypeMetaFieldDef
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined
}

/** How many objects a field can answer, as far as the document tells. */
function lengthOf(field: GraphQLField<unknown, unknown> | undefined, node: FieldNode): number {
  const page = field?.args.find(({ name }) => name === 'first')
  if (page !== undefined) {
    const given = node.arguments?.find(({ name }) => name.value === 'first')?.value
    // Fewer than none would make up for what costs too much elsewhere.
    if (given?.kind === Kind.INT) return Math.max(0, Number(given.value))
    return given === undefined && typeof page.defaultValue === 'number' ? page.defaultValue : mostPerPage
  }
  const isList = field !== undefined && isListType(getNullableType(field.type))
  // The edges of a connection were counted by its `first`.
  return isList && node.name.value !== 'edges' ? usualList : 1
}

/** How deep arrays and objects lie within each other. It counts without recursion: the value may be hostile. */
export function depthOf(value: unknown): number {
  let depth = 0
  for (let level = [value].filter(isNested); level.length > 0; depth++) {
    level = level.flatMap((each) => Object.values(each).filter(isNested))
  }
  return depth
}

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null
