import { type Database, queryRows } from '@caregraph/database'
import { type Connection, connectionOf, groupedBy, type Page } from '@caregraph/subgraph'
import { type EntityTarget, type FindOptionsWhere, In, type ObjectLiteral } from 'typeorm'

interface List<Row> {
  readonly entity: EntityTarget<Row>
  /** What the list is called in its cursors. */
  readonly name: string
}

/** A page of the records that have one of these statuses. */
export interface Wanted {
  readonly statuses: readonly string[]
  readonly page: Page
}

export interface WantedOfPatient extends Wanted {
  readonly patientId: string
}

type AnyRow = ObjectLiteral & { id: string }

/** Ids are made in the order of time: the first page begins before the greatest of all. */
const greatestId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
const beforeId = ({ after }: Page): string => after?.[0] ?? greatestId

/**
 * A page of all records, the newest first. Each status has its own in order, of which the first ones are merged:
 * the order of all alone would be read through for the last that has a rare status.
 */
export async function newestOfAll<Row extends AnyRow>(
  database: Database,
  list: List<Row>,
  wanted: Wanted,
): Promise<Connection<Row>> {
  const { statuses, page } = wanted
  const table = database.getMetadata(list.entity).tablePath
  const found = await queryRows<{ id: string }>(
    database,
    `SELECT found.id FROM unnest($1::text[]) AS one (status) CROSS JOIN LATERAL (
       SELECT id FROM ${table} AS record WHERE ${isOf('status', 'one.status', '$2')}
       ORDER BY status DESC, id DESC LIMIT ${page.limit}) AS found
     ORDER BY found.id DESC LIMIT ${page.limit}`,
    [[...new Set(statuses)], beforeId(page)],
  )
  const rows = await rowsOf(database, list, found)
  const totalCount = () => count(database, `FROM ${table} WHERE status = ANY ($1)`, [statuses])
  return connection(list, page, rows, totalCount)
}

/** A page of each patient's records, the newest first: the pages of many patients are read together. */
export async function newestOfPatients<Row extends AnyRow>(
  database: Database,
  list: List<Row>,
  wanted: readonly WantedOfPatient[],
): Promise<Connection<Row>[]> {
  const table = database.getMetadata(list.entity).tablePath
  const questions = wanted.map(({ patientId, statuses, page }, place) => ({
    place,
    patient_id: patientId,
    statuses,
    before_id: beforeId(page),
  }))
  // The database reads an index in order only where it knows the limit when it plans.
  const limit = Math.max(...wanted.map(({ page }) => page.limit))
  const found = await queryRows<{ place: number; id: string }>(
    database,
    `SELECT wanted.place, found.id
     FROM jsonb_to_recordset($1::jsonb) AS wanted (place integer, patient_id uuid, statuses text[], before_id uuid)
     CROSS JOIN LATERAL (
       SELECT id FROM ${table} AS record
       WHERE ${isOf('patient_id', 'wanted.patient_id', 'wanted.before_id')} AND status = ANY (wanted.statuses)
       ORDER BY patient_id DESC, id DESC LIMIT ${limit}) AS found
     ORDER BY wanted.place, found.id DESC`,
    [JSON.stringify(questions)],
  )
  const rows = groupedBy(await rowsOf(database, list, found), ({ found }) => found.place)
  return wanted.map(({ patientId, statuses, page }, place) =>
    connection(list, page, (rows.get(place) ?? []).slice(0, page.limit), () =>
      count(database, `FROM ${table} WHERE patient_id = $1 AND status = ANY ($2)`, [patientId, statuses]),
    ),
  )
}

/**
 * The same as `column = value AND id < beforeId`, as one range of the index on both. Where the column is said to equal
 * something, the order is that of the id alone to the database, and it reads through all ids for the few that match.
 */
const isOf = (column: string, value: string, beforeId: string): string =>
  `record.${column} >= ${value} AND (record.${column}, record.id) < (${value}, ${beforeId}::uuid)`

async function rowsOf<Row extends AnyRow, Found extends { id: string }>(
  database: Database,
  { entity }: List<Row>,
  found: readonly Found[],
): Promise<{ found: Found; row: Row }[]> {
  const rows = await database.manager.findBy(entity, { id: In(found.map(({ id }) => id)) } as FindOptionsWhere<Row>)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return found.flatMap((each) => {
    const row = byId.get(each.id)
    return row === undefined ? [] : [{ found: each, row }]
  })
}

function connection<Row extends AnyRow>(
  { name }: List<Row>,
  page: Page,
  rows: readonly { row: Row }[],
  totalCount: () => Promise<number>,
): Connection<Row> {
  return connectionOf({
    page,
    list: name,
    rows,
    keysOfRow: ({ row }) => [row.id],
    nodeOf: ({ row }) => row,
    totalCount,
  })
}

async function count(database: Database, from: string, values: readonly unknown[]): Promise<number> {
  const [counted] = await queryRows<{ count: number }>(database, `SELECT count(*) ${from}`, values)
  return counted?.count ?? 0
}
