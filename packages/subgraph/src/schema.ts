import { buildSubgraphSchema } from '@apollo/subgraph'
import { printSchemaWithDirectives } from '@graphql-tools/utils'
import { type GraphQLFieldResolver, type GraphQLSchema, isObjectType, parse } from 'graphql'
import { buildSchemaSync, createResolversMap, getMetadataStorage, type NonEmptyArray } from 'type-graphql'
import type { Context } from './context.js'
import { refuseInvalid } from './input.js'
import { openReference, type Reference, type Representation } from './reference.js'
import { type AccessRule, checkRule } from './rules.js'

// biome-ignore lint/complexity/noBannedTypes: type-graphql's own type of a resolver class
export type Resolvers = NonEmptyArray<Function>

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", "@tag", "@external", "@requires", "@inaccessible"])`

/** Subscriptions name their own source: this only tells type-graphql that there is one. */
const noPubSub = {
  publish: () => undefined,
  subscribe: () => {
    throw new Error('a subscription of this house names its own source')
  },
}

export interface SubgraphSchema {
  readonly schema: GraphQLSchema
  /** The schema in Federation's own form, as `schema/` keeps it and `_service` answers it. */
  readonly sdl: string
}

/** Builds the executable schema. Throws where a field has no declared rule, or an entity no door. */
export function subgraphSchema(resolvers: Resolvers, references: Readonly<Record<string, Reference>>): SubgraphSchema {
  // Decorators of parameters run from the last to the first: unsorted, arguments would be printed the wrong way round.
  getMetadataStorage().params.sort((one, other) => one.index - other.index)
  const described = buildSchemaSync({ resolvers, validate: false, pubSub: noPubSub })
  guardFields(described)
  const sdl = `${federation}\n\n${printSchemaWithDirectives(described)}\n`
  const map: Record<string, object> = createResolversMap(described)
  for (const [name, door] of Object.entries(references)) {
    map[name] = {
      ...map[name],
      __resolveReference: (representation: Representation, context: Context<never>) =>
        openReference(door, representation, context),
    }
  }
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: map as never }])
  refuseMissingDoors(schema, references)
  return { schema, sdl }
}

/** Puts the declared rule, and the check of the arguments, before every resolver. */
function guardFields(schema: GraphQLSchema): void {
  const open: string[] = []
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      const access = (field.extensions['access'] ?? type.extensions['access']) as AccessRule | undefined
      if (access === undefined) {
        open.push(`${type.name}.${field.name}`)
        continue
      }
      const isFree = (access.rule === 'public' || access.rule === 'as-parent') && field.args.length === 0
      if (isFree) continue
      if (field.subscribe) field.subscribe = guarded(access, field.subscribe)
      else field.resolve = guarded(access, field.resolve ?? ((object) => object[field.name]))
    }
  }
  if (open.length > 0) throw new Error(`No rule is declared for ${open.join(', ')}: say with @Allow who may.`)
}

type Resolve = GraphQLFieldResolver<Record<string, unknown>, Context>

function guarded(access: AccessRule, resolve: Resolve): Resolve {
  return (object, args, context, info) => {
    checkRule(access, context.actor, object)
    refuseInvalid(args)
    return resolve(object, args, context, info)
  }
}

function refuseMissingDoors(schema: GraphQLSchema, references: Readonly<Record<string, Reference>>): void {
  const entity = schema.getType('_Entity')
  const names = entity && 'getTypes' in entity ? entity.getTypes().map(({ name }) => name) : []
  const closed = names.filter((name) => !Object.hasOwn(references, name))
  if (closed.length > 0)
    throw new Error(`No reference is declared for ${closed.join(', ')}: other subgraphs ask for it.`)
}
