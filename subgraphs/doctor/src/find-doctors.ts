import { permit } from '@caregraph/access'
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
import { DoctorIdentifierRow, DoctorRow } from './doctor.entity.js'
import type { Specialization } from './doctor.type.js'

export interface DoctorFilter {
  search?: string | null | undefined
  specialization?: Specialization | null | undefined
  department?: string | null | undefined
  available?: boolean | null | undefined
  identifier?: IdentifierInput | null | undefined
}

/** Everyone may know who the doctors are: their fields have the rules. */
export const loadDoctors: Batch<string, DoctorRow> = async (ids, { database }) => {
  const rows = await rowsBy(database, DoctorRow, 'id', ids)
  return new Map(rows.map((row) => [row.id, row]))
}

export const loadIdentifiers: Batch<string, DoctorIdentifierRow[]> = async (doctorIds, { database }) => {
  const rows = await database.manager.find(DoctorIdentifierRow, {
    where: { doctorId: In([...doctorIds]) },
    order: { position: 'ASC' },
  })
  return groupedBy(rows, ({ doctorId }) => doctorId)
}

/**
 * By name, or by what was found where something is searched for. Archived doctors are found by identifier alone.
 * Who may not read identifiers may not look for one either: the answer would tell whose it is.
 */
export async function findDoctors(
  { actor, database }: Context,
  { search, specialization, department, available, identifier }: DoctorFilter,
  args: PageArgs,
): Promise<Connection<DoctorRow>> {
  const conditions = new Conditions()
  if (identifier) {
    permit(actor, 'doctor:read')
    const system = conditions.value(identifier.system)
    const value = conditions.value(identifier.value)
    conditions.add(
      `record.id = (SELECT doctor_id FROM doctor_identifiers WHERE "system" = ${system} AND value = ${value})`,
    )
  } else {
    conditions.add('record.archived_at IS NULL')
  }
  if (specialization) conditions.add(`record.specialization = ${conditions.value(specialization)}`)
  if (department) conditions.add(`lower(record.department) = lower(${conditions.value(department.trim())})`)
  if (typeof available === 'boolean') {
    conditions.add(`(record.available AND record.archived_at IS NULL) = ${conditions.value(available)}`)
  }

  const prefixes = prefixesOf(search)
  const list = ['doctors', ...prefixes].join(' ')
  const page = pageOf(args, list, ['text', 'id'])
  const { after, limit } = page
  const found = await findRows(database, {
    entity: DoctorRow,
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
