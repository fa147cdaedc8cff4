import { type Database, queryRows } from '@caregraph/database'
import { type Connection, connectionOf, groupedBy, type Page } from '@caregraph/subgraph'
import { type EntityTarget, type FindOptionsWhere, In, type ObjectLiteral } from 'typeorm'

/** A page of the records of one patient, or of all, that have one of these statuses. */
export interface Wanted {
  readonly patientId: string | null
  readonly statuses: readonly string[]
  readonly page: Page
}

/** Ids are made in the order of time: the first page begins before the greatest of all. */
const greatestId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** The pages of lists that have the newest record first, all in one statement. `list` names them in their cursors. */
export async function newestFirst<Row extends ObjectLiteral & { id: string }>(
  database: Database,
  { entity, list }: { entity: EntityTarget<Row>; list: string },
  wanted: readonly Wanted[],
): Promise<Connection<Row>[]> {
  const table = database.getMetadata(entity).tablePath
  const found = await queryRows<{ place: number; id: string }>(database, pagesOf(table), [
    JSON.stringify(
      wanted.map(({ patientId, statuses, page }, place) => ({
        place,
        patient_id: patientId,
        statuses: [...new Set(statuses)],
        before_id: page.after?.[0] ?? greatestId,
        how_many: page.limit,
      })),
    ),
  ])
  const rows = await database.manager.findBy(entity, { id: In(found.map(({ id }) => id)) } as FindOptionsWhere<Row>)
  const byId = new Map(rows.map((row) => [row.id, row]))
  const byPlace = groupedBy(found, ({ place }) => place)
  return wanted.map((one, place) =>
    connectionOf({
      page: one.page,
      list,
      rows: (byPlace.get(place) ?? []).flatMap(({ id }) => byId.get(id) ?? []),
      keysOfRow: ({ id }) => [id],
      nodeOf: (row) => row,
      totalCount: () => count(database, table, one),
    }),
  )
}

/**
 * A patient's few records are read in order. Among those of all patients, each status has its own in order, and the
 * first of each are merged: the order of all alone would be read through for the last that has a rare status.
 */
const pagesOf = (table: string) => `
  SELECT wanted.place, found.id
  FROM jsonb_to_recordset($1::jsonb)
    AS wanted (place integer, patient_id uuid, statuses text[], before_id uuid, how_many integer)
  CROSS JOIN LATERAL (
    (SELECT id FROM ${table} AS record
     WHERE record.patient_id = wanted.patient_id AND record.status = ANY (wanted.statuses) AND id < wanted.before_id
     ORDER BY id DESC LIMIT wanted.how_many)
    UNION ALL
    (SELECT first.id FROM unnest(wanted.statuses) AS one (status) CROSS JOIN LATERAL (
       SELECT id FROM ${table} AS record
       WHERE wanted.patient_id IS NULL AND record.status = one.status AND id < wanted.before_id
       ORDER BY id DESC LIMIT wanted.how_many) AS first
     ORDER BY first.id DESC LIMIT wanted.how_many)
  ) AS found
  ORDER BY wanted.place, found.id DESC`

async function count(database: Database, table: string, { patientId, statuses }: Wanted): Promise<number> {
  const [counted] = await queryRows<{ count: number }>(
    database,
    `SELECT count(*) FROM ${table} WHERE ($1::uuid IS NULL OR patient_id = $1) AND status = ANY ($2)`,
    [patientId, statuses],
  )
  return counted?.count ?? 0
}
