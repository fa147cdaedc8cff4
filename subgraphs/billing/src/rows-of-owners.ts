import { rowsBy } from '@caregraph/database'
import { type Batch, groupedBy } from '@caregraph/subgraph'
import type { EntityTarget } from 'typeorm'

/**
 * The rows that belong to a record by this property, in the order in which they were made. By the record and not by
 * its id, since one request may change a record twice and ask for its rows after each.
 */
export function rowsOfOwners<Owner extends string, Row extends Record<Owner, string> & { id: string }>(
  entity: EntityTarget<Row>,
  owner: Owner & keyof Row,
): Batch<{ id: string }, Row[]> {
  return async (records, { database }) => {
    const ids = records.map(({ id }) => id)
    const rows = await rowsBy(database, entity, owner, ids)
    rows.sort((one, other) => (one.id < other.id ? -1 : 1))
    const byOwner = groupedBy<string, Row>(rows, (row) => row[owner])
    return new Map(records.map((record) => [record, byOwner.get(record.id) ?? []]))
  }
}
