import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
  isUnionType,
} from 'graphql'

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A query of the toy clinic, with aliases, fragments, `@skip` and `@include`. Not every one is valid. */
export function randomQuery(schema: GraphQLSchema, random: () => number): string {
  const below = (count: number) => Math.floor(random() * count)
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item
  const fragments: string[] = []

  const selectionsOf = (type: GraphQLCompositeType, depth: number): string => {
    const fields = isUnionType(type) ? [] : Object.values(type.getFields())
    const leaves = fields.filter((field) => !isCompositeType(getNamedType(field.type)))
    const inner = depth > 0 ? fields.filter((field) => isCompositeType(getNamedType(field.type))) : []
    const chosen = [...leaves, ...inner].filter(() => random() < 0.6).map((field) => fieldOf(field, depth))
    const narrower = isObjectType(type) ? [type] : schema.getPossibleTypes(type)
    if (random() < (isObjectType(type) ? 0.2 : 1)) {
      for (const each of narrower) {
        const inside = selectionsOf(each, depth - 1)
        if (random() < 0.5) chosen.push(`... on ${each.name} ${directive()} { ${inside} }`)
        else chosen.push(`...F${fragments.push(`fragment F${fragments.length} on ${each.name} { ${inside} }`) - 1}`)
      }
    }
    if (chosen.length === 0 || random() < 0.2) chosen.push(random() < 0.5 ? '__typename' : 'kind: __typename')
    return chosen.join(' ')
  }

  const fieldOf = (field: GraphQLField<unknown, unknown>, depth: number): string => {
    const given = field.args.map(({ name }) =>
      name === 'id' ? `id: "${pick(['a', 'p', 'd', 'i'])}${1 + below(8)}"` : `${name}: ${1 + below(5)}`,
    )
    const named = getNamedType(field.type)
    const inside = isCompositeType(named) ? `{ ${selectionsOf(named, depth - 1)} }` : ''
    const alias = random() < 0.2 ? `${pick(['x', 'y', 'z'])}${below(9)}: ` : ''
    return `${alias}${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''} ${directive()} ${inside}`
  }

  const directive = () =>
    random() < 0.15 ? pick(['@skip(if: $no)', '@include(if: $yes)', '@skip(if: $yes)', '@include(if: $no)']) : ''

  const query = schema.getQueryType()
  if (!query) throw new Error('the schema has no queries')
  const body = selectionsOf(query, 4)
  return `query ($yes: Boolean = true, $no: Boolean!) { ${body} } ${fragments.join('\n')}`
}
