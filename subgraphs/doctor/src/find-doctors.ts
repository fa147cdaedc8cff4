import { permit } from '@caregraph/access'
import type { Cache } from '@caregraph/cache'
import { Conditions, type FoundRows, findRows, prefixesOf, rowsBy } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import {
  type Batch,
  type Connection,
  connectionOf,
  groupedBy,
  type IdentifierInput,
  type PageArgs,
  pageOf,
} from '@caregraph/subgraph'
import { In } from 'typeorm'
import { DoctorIdentifierRow, DoctorRow } from './doctor.entity.js'
import { type DoctorContext, doctorLists } from './doctor.services.js'
import type { Specialization } from './doctor.type.js'

export interface DoctorFilter {
  search?: string | null | undefined
  specialization?: Specialization | null | undefined
  department?: string | null | undefined
  available?: boolean | null | undefined
  identifier?: IdentifierInput | null | undefined
}

/** What everyone may read of a doctor who is not archived: all that is remembered of him outside the database. */
export type PublicDoctor = Pick<
  DoctorRow,
  | 'id'
  | 'name'
  | 'specialization'
  | 'department'
  | 'hospitalName'
  | 'yearsOfExperience'
  | 'gender'
  | 'available'
  | 'timeZone'
  | 'weeklyHours'
  | 'version'
> & { archivedAt: null }

/** Where nobody could be told of a change, lists are so much older at most. */
const listSeconds = 30

/** Everyone may know who the doctors are: their fields have the rules. */
export const loadDoctors: Batch<string, DoctorRow> = async (ids, { database }) => {
  const rows = await rowsBy(database, DoctorRow, 'id', ids)
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * The row itself, of a doctor from a list. What not everyone may read and what decides a booking is not remembered:
 * it is read anew, for all doctors of a list together.
 */
export async function wholeDoctor(context: DoctorContext, doctor: DoctorRow | PublicDoctor): Promise<DoctorRow> {
  if ('licenseNumber' in doctor) return doctor
  const row = await context.load(loadDoctors, doctor.id)
  if (row === undefined) throw new Refusal('NOT_FOUND')
  return row
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
  { actor, database, services }: DoctorContext,
  { search, specialization, department, available, identifier }: DoctorFilter,
  args: PageArgs,
): Promise<Connection<DoctorRow | PublicDoctor>> {
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
  const find = () =>
    findRows(database, { entity: DoctorRow, sortedBy: 'sort_name', prefixes, conditions, after, limit })
  // What people typed is asked for once. What is left are the first pages, few of them, which everyone asks for.
  const isTyped = prefixes.length > 0 || Boolean(department) || Boolean(identifier)
  const found: FoundRows<DoctorRow | PublicDoctor> =
    isTyped || after !== undefined
      ? await find()
      : await remembered(services.cache, JSON.stringify([specialization, available, limit]), find)
  return connectionOf({
    ...found,
    page,
    list,
    keysOfRow: ({ key, row }) => [key, row.id],
    nodeOf: ({ row }) => row,
  })
}

async function remembered(
  cache: Cache,
  list: string,
  find: () => Promise<FoundRows<DoctorRow>>,
): Promise<FoundRows<PublicDoctor>> {
  let finding: Promise<FoundRows<DoctorRow>> | undefined
  const found = () => {
    finding ??= find()
    return finding
  }
  const part = (name: string) => ({ topic: doctorLists, key: `${name} ${list}`, seconds: listSeconds })
  return {
    rows: await cache.remember(part('rows'), async () =>
      (await found()).rows.map(({ key, row }) => ({ key, row: publicFacts(row) })),
    ),
    totalCount: () => cache.remember(part('count'), async () => (await found()).totalCount()),
  }
}

function publicFacts(doctor: DoctorRow): PublicDoctor {
  const { id, name, specialization, department, hospitalName, yearsOfExperience, gender } = doctor
  const { available, timeZone, weeklyHours, version } = doctor
  return {
    ...{ id, name, specialization, department, hospitalName, yearsOfExperience, gender },
    ...{ available, timeZone, weeklyHours, version },
    archivedAt: null,
  }
}
