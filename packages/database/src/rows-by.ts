import type { EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm'
import type { Database } from './connect.js'
import { engineOf } from './engine.js'
import { type Prepared, prepared } from './prepared.js'
import { queryRows } from './transaction.js'

const statements = new WeakMap<EntityMetadata, Map<string, Prepared>>()

/** The rows whose property has one of these values, in no order. */
export async function rowsBy<Row extends ObjectLiteral>(
  database: Database,
  entity: EntityTarget<Row>,
  property: keyof Row & string,
  values: readonly string[],
): Promise<Row[]> {
  if (values.length === 0) return []
  const metadata = database.getMetadata(entity)
  const known = statements.get(metadata) ?? new Map<string, Prepared>()
  statements.set(metadata, known)
  const statement = known.get(property) ?? prepared(selectBy(metadata, property))
  known.set(property, statement)
  const rows = await queryRows<Row>(database, statement, [values])
  return rows.map((row) => engineOf(database).hydrated(row, metadata.columns, database))
}

function selectBy({ columns, tableName }: EntityMetadata, property: string): string {
  const selected = columns.map(({ databaseName, propertyName }) => `"${databaseName}" AS "${propertyName}"`)
  const column = columns.find(({ propertyName }) => propertyName === property)?.databaseName
  return `SELECT ${selected.join(', ')} FROM "${tableName}" WHERE "${column}" = ANY ($1)`
}
