import type { EntityTarget, ObjectLiteral } from 'typeorm'
import type { Database } from './connect.js'
import { engineOf } from './engine.js'
import { rowsBy } from './rows-by.js'
import { queryRows } from './transaction.js'

/** The conditions of one statement, with their values apart from its text. */
export class Conditions {
  constructor(
    private readonly texts: string[] = [],
    readonly values: unknown[] = [],
  ) {}

  /** Answers how the value is named in the statement's text. */
  value(value: unknown): string {
    return `$${this.values.push(value)}`
  }

  add(text: string): void {
    this.texts.push(text)
  }

  where(): string {
    return this.texts.length === 0 ? '' : `WHERE ${this.texts.join(' AND ')}`
  }

  copy(): Conditions {
    return new Conditions([...this.texts], [...this.values])
  }
}

interface List<Row> {
  entity: EntityTarget<Row>
  /** The column of a table's order; an index begins with it, and the id breaks its ties. */
  sortedBy: string
  /** Words that all have to be found among the record's search terms. Nothing where none is looked for. */
  prefixes: readonly string[]
  /** What else has to hold of the row, which they call `record`. */
  conditions: Conditions
  /** The key and the id of the row after which the answer begins. */
  after: readonly string[] | undefined
  limit: number
}

export interface FoundRows<Row> {
  rows: { key: string; row: Row }[]
  /** Counts all, whatever the limit. */
  totalCount: () => Promise<number>
}

/**
 * The next rows of a list, each with the key by which it stands there: in the order of the list, or, where something
 * is searched for, of what was found. Each page begins in the index where the one before has ended, so the last page
 * of a long list costs what its first one does.
 */
export async function findRows<Row extends ObjectLiteral & { id: string }>(
  database: Database,
  { entity, sortedBy, prefixes, conditions, after, limit }: List<Row>,
): Promise<FoundRows<Row>> {
  const table = `${database.getMetadata(entity).tablePath} AS record`
  const isSearch = prefixes.length > 0
  const from = isSearch ? `search_terms AS found JOIN ${table} ON record.id = found.record_id` : table
  const key = isSearch ? 'found.term' : `record.${sortedBy}`
  const id = isSearch ? 'found.record_id' : 'record.id'
  const all = conditions.copy()
  for (const [index, prefix] of prefixes.entries()) {
    all.add(index === 0 ? beginsWith('found', prefix, all) : isFoundBy(prefix, all))
  }

  const next = all.copy()
  if (isSearch) next.add(isFirstOf(prefixes[0] ?? '', next))
  if (after !== undefined) {
    const [lastKey = '', lastId = ''] = after.map((each) => next.value(each))
    next.add(engineOf(database).isBehind({ key, id }, { key: lastKey, id: lastId }))
  }
  const found = await queryRows<{ id: string; key: string }>(
    database,
    `SELECT ${id} AS id, ${key} AS "key" FROM ${from} ${next.where()} ORDER BY ${key}, ${id} LIMIT ${limit}`,
    next.values,
  )
  return {
    rows: await rowsOf(database, entity, found),
    totalCount: async () => {
      const statement = `SELECT count(${isSearch ? `DISTINCT ${id}` : '*'}) AS count FROM ${from} ${all.where()}`
      const [counted] = await queryRows<{ count: number }>(database, statement, all.values)
      return counted?.count ?? 0
    },
  }
}

/** The term is in that range of the index. The first prefix leads: its range is read in order. */
function beginsWith(terms: string, prefix: string, conditions: Conditions): string {
  return `${terms}.term >= ${conditions.value(prefix)} AND ${terms}.term < ${conditions.value(afterPrefix(prefix))}`
}

/** The record has a term of another prefix, too. What is not beside the term is asked of the record's other entries. */
function isFoundBy(prefix: string, conditions: Conditions): string {
  return `coalesce(found.all_terms LIKE ${conditions.value(`% ${prefix}%`)}, EXISTS (
    SELECT 1 FROM search_terms AS also WHERE also.record_id = found.record_id AND ${beginsWith('also', prefix, conditions)}))`
}

/** A record of several terms in the range of the leading prefix stands where its first one does. */
function isFirstOf(prefix: string, conditions: Conditions): string {
  return `NOT EXISTS (
    SELECT 1 FROM search_terms AS earlier WHERE earlier.record_id = found.record_id
    AND earlier.term >= ${conditions.value(prefix)} AND earlier.term < found.term)`
}

/** The first text after all that begin with the prefix, in the order of code points. */
const afterPrefix = (prefix: string): string => `${prefix}\u{10FFFF}`

async function rowsOf<Row extends ObjectLiteral & { id: string }>(
  database: Database,
  entity: EntityTarget<Row>,
  found: readonly { id: string; key: string }[],
): Promise<{ key: string; row: Row }[]> {
  const rows = await rowsBy(
    database,
    entity,
    'id',
    found.map(({ id }) => id),
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  return found.flatMap(({ id, key }) => {
    const row = byId.get(id)
    return row === undefined ? [] : [{ key, row }]
  })
}
