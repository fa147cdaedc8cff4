import { may, permit, reachOf } from '@caregraph/access'
import { Conditions, findRows, prefixesOf, rowsBy } from '@caregraph/database'
import {
  type Batch,
  type Connection,
  type Context,
  connectionOf,
  groupedBy,
  type IdentifierInput,
  type PageArgs,
  pageOf,
} from '@caregraph/subgraph'
import { In } from 'typeorm'
import { PatientIdentifierRow, PatientRow } from './patient.entity.js'

export interface PatientFilter {
  search?: string | null | undefined
  identifier?: IdentifierInput | null | undefined
  includeArchived?: boolean | null | undefined
}

/** The patients of these ids whom the actor may see. */
export const loadPatients: Batch<string, PatientRow> = async (ids, { actor, database }) => {
  const visible = ids.filter((id) => may(actor, 'patient:read', id))
  const rows = await rowsBy(database, PatientRow, 'id', visible)
  return new Map(rows.map((row) => [row.id, row]))
}

export const loadIdentifiers: Batch<string, PatientIdentifierRow[]> = async (patientIds, { database }) => {
  const rows = await database.manager.find(PatientIdentifierRow, {
    where: { patientId: In([...patientIds]) },
    order: { position: 'ASC' },
  })
  return groupedBy(rows, ({ patientId }) => patientId)
}

/** By name, or by what was found where something is searched for. A patient finds himself alone. */
export async function findPatients(
  { actor: caller, database }: Context,
  filter: PatientFilter,
  args: PageArgs,
): Promise<Connection<PatientRow>> {
  const actor = permit(caller, 'patient:read')
  const prefixes = prefixesOf(filter.search)
  const list = ['patients', ...prefixes].join(' ')
  const page = pageOf(args, list, ['text', 'id'])

  const conditions = new Conditions()
  if (!filter.includeArchived) conditions.add('record.archived_at IS NULL')
  if (reachOf(actor, 'patient:read').kind === 'own') conditions.add(`record.id = ${conditions.value(actor.id)}`)
  if (filter.identifier) {
    const system = conditions.value(filter.identifier.system)
    const value = conditions.value(filter.identifier.value)
    conditions.add(
      `record.id = (SELECT patient_id FROM patient_identifiers WHERE "system" = ${system} AND value = ${value})`,
    )
  }
  const { after, limit } = page
  const found = await findRows(database, {
    entity: PatientRow,
    sortedBy: 'sort_name',
    prefixes,
    conditions,
    after,
    limit,
  })
  return connectionOf({
    ...found,
    page,
    list,
    keysOfRow: ({ key, row }) => [key, row.id],
    nodeOf: ({ row }) => row,
  })
}
