import { isId } from '@caregraph/database'
import { badInput } from '@caregraph/refusals'
import { ArgsType, type ClassType, Directive, Field, Int, ObjectType } from 'type-graphql'
import { numberBetween } from './input.js'
import { Allow } from './rules.js'
import { DateTimeScalar } from './scalars.js'

const mostPerPage = 100

@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, defaultValue: 20, description: 'How many, 1 to 100.' })
  declare first?: number | null

  @Field(() => String, { nullable: true, description: 'The cursor after which the page begins.' })
  declare after?: string | null
}

@ObjectType('PageInfo', { simpleResolvers: true, description: 'Where a page stands in its list.' })
@Directive('@shareable')
@Allow('as-parent')
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more follows.' })
  declare hasNextPage: boolean

  @Field(() => Boolean, { description: 'Whether something comes before it.' })
  declare hasPreviousPage: boolean

  @Field(() => String, { nullable: true, description: 'The cursor of its first entry; null where it is empty.' })
  declare startCursor: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of its last entry: give it as `after` for the next page.',
  })
  declare endCursor: string | null
}

export interface Connection<Node> {
  edges: { cursor: string; node: Node }[]
  pageInfo: PageInfo
  /** Counted only when it is asked for. */
  totalCount: () => Promise<number>
}

/** The GraphQL type of a list of these nodes, by the Relay specification. */
export function connectionType<Node extends object>(
  name: string,
  node: () => ClassType<Node>,
): ClassType<Connection<Node>> {
  @ObjectType(`${name}Edge`, { simpleResolvers: true, description: `A ${name} in a page, and where it stands.` })
  @Allow('as-parent')
  class Edge {
    @Field(() => String, { description: 'Give it as `after`, and the page begins behind this one.' })
    declare cursor: string

    @Field(node, { description: 'What was found.' })
    declare node: Node
  }

  @ObjectType(`${name}Connection`, { simpleResolvers: true, description: 'A page, as Relay defines it.' })
  @Allow('as-parent')
  class ConnectionOfNodes {
    @Field(() => [Edge], { description: 'In the order of the list.' })
    declare edges: Edge[]

    @Field(() => PageInfo, { description: 'Whether there is more, and where.' })
    declare pageInfo: PageInfo

    @Field(() => Int, { description: 'Of all pages; counted only when it is asked for.' })
    declare totalCount: () => Promise<number>
  }
  return ConnectionOfNodes
}

/** What a page asks of the database: one row more than it shows tells whether there is a next page. */
export interface Page {
  readonly first: number
  readonly limit: number
  /** The keys of the row after which the page begins. */
  readonly after: readonly string[] | undefined
}

/** What kind of value a key of a list's order is, so that a garbled cursor is refused before a database sees it. */
export type KeyKind = 'text' | 'id' | 'instant'

const isKey: Record<KeyKind, (key: string) => boolean> = {
  text: (key) => !key.includes('\0'),
  id: isId,
  instant: (key) => DateTimeScalar.parseValue(key) instanceof Date,
}

/**
 * Refuses a page of 0 or of 101, and a cursor that is not of this list. `list` names the list in the cursor,
 * `keys` are the keys of its order.
 */
export function pageOf(args: PageArgs, list: string, keys: readonly KeyKind[]): Page {
  const first = numberBetween(args.first ?? 20, 'first', 1, mostPerPage)
  const after = args.after === null || args.after === undefined ? undefined : keysOf(args.after, list, keys)
  return { first, limit: first + 1, after }
}

function keysOf(cursor: string, list: string, kinds: readonly KeyKind[]): string[] {
  const [name, ...keys] = listed(cursor)
  const isOurs =
    name === list &&
    keys.length === kinds.length &&
    kinds.every((kind, index) => {
      const key = keys[index]
      return typeof key === 'string' && isKey[kind](key)
    })
  if (!isOurs) throw badInput('after', 'This is not a cursor of this list.')
  return keys as string[]
}

function listed(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

/** Makes a page of rows that were read with the page's `limit`. `keysOfRow` are the keys of the list's order. */
export function connectionOf<Row, Node>(options: {
  page: Page
  list: string
  rows: readonly Row[]
  keysOfRow: (row: Row) => readonly string[]
  nodeOf: (row: Row) => Node
  totalCount: () => Promise<number>
}): Connection<Node> {
  const { page, list, rows, keysOfRow, nodeOf, totalCount } = options
  const edges = rows.slice(0, page.first).map((row) => ({
    // Made when it is asked for, which most clients do of the last one alone.
    get cursor() {
      return Buffer.from(JSON.stringify([list, ...keysOfRow(row)])).toString('base64url')
    },
    node: nodeOf(row),
  }))
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: page.after !== undefined,
      get startCursor() {
        return edges[0]?.cursor ?? null
      },
      get endCursor() {
        return edges.at(-1)?.cursor ?? null
      },
    },
    totalCount,
  }
}
