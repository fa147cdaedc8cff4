import { may, permit, reachOf } from '@caregraph/access'
import { type Database, queryRows } from '@caregraph/database'
import { badInput } from '@caregraph/refusals'
import {
  type Batch,
  type Connection,
  type Context,
  connectionOf,
  groupedBy,
  type Page,
  type PageArgs,
  pageOf,
} from '@caregraph/subgraph'
import { In } from 'typeorm'
import { PatientIdentifierRow, PatientRow } from './patient.entity.js'
import type { IdentifierInput } from './patient.type.js'
import { prefixesOf } from './search-terms.js'

const longestSearch = 200
const mostWords = 6

export interface PatientFilter {
  search?: string | null | undefined
  identifier?: IdentifierInput | null | undefined
  includeArchived?: boolean | null | undefined
}

/** The patients of these ids whom the actor may see. */
export const loadPatients: Batch<string, PatientRow> = async (ids, { actor, database }) => {
  const visible = ids.filter((id) => may(actor, 'patient:read', id))
  const rows = visible.length === 0 ? [] : await database.manager.findBy(PatientRow, { id: In(visible) })
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
  context: Context,
  filter: PatientFilter,
  args: PageArgs,
): Promise<Connection<PatientRow>> {
  const actor = permit(context.actor, 'patient:read')
  const search = filter.search?.trim() ?? ''
  if (search.length > longestSearch) throw badInput('search', `This has at most ${longestSearch} characters.`)
  const prefixes = prefixesOf(search)
  if (prefixes.length > mostWords) throw badInput('search', `This has at most ${mostWords} words.`)

  const conditions = new Conditions()
  if (!filter.includeArchived) conditions.add('patient.archived_at IS NULL')
  if (reachOf(actor, 'patient:read').kind === 'own') conditions.add(`patient.id = ${conditions.value(actor.id)}`)
  if (filter.identifier) {
    const system = conditions.value(filter.identifier.system)
    const value = conditions.value(filter.identifier.value)
    conditions.add(
      `patient.id = (SELECT patient_id FROM patient_identifiers WHERE system = ${system} AND value = ${value})`,
    )
  }
  return prefixes.length === 0 ? listByName(context, conditions, args) : listByTerm(context, conditions, prefixes, args)
}

interface Found {
  id: string
  key: string
}

async function listByName(context: Context, conditions: Conditions, args: PageArgs): Promise<Connection<PatientRow>> {
  const page = pageOf(args, 'patients', ['text', 'id'])
  const from = 'patients AS patient'
  const order = { key: 'patient.sort_name', id: 'patient.id' }
  return patientConnection(context, conditions, { list: 'patients', page, from, order })
}

/**
 * The longest word leads: its range of the index is read in order until the page is full, so a page costs the same
 * whatever the number of patients. Each patient stands where his first matching term does.
 */
async function listByTerm(
  context: Context,
  conditions: Conditions,
  [leading = '', ...others]: readonly string[],
  args: PageArgs,
): Promise<Connection<PatientRow>> {
  const list = `patients:${[leading, ...others].join(' ')}`
  const page = pageOf(args, list, ['text', 'id'])
  const least = conditions.value(leading)
  conditions.add(`found.term >= ${least} AND found.term < ${conditions.value(afterPrefix(leading))}`)
  conditions.add(`NOT EXISTS (
    SELECT FROM patient_search_terms AS earlier
    WHERE earlier.patient_id = found.patient_id AND earlier.term >= ${least} AND earlier.term < found.term)`)
  for (const word of others) {
    conditions.add(`EXISTS (
      SELECT FROM patient_search_terms AS also WHERE also.patient_id = found.patient_id
      AND also.term >= ${conditions.value(word)} AND also.term < ${conditions.value(afterPrefix(word))})`)
  }
  const from = 'patient_search_terms AS found JOIN patients AS patient ON patient.id = found.patient_id'
  const order = { key: 'found.term', id: 'found.patient_id' }
  return patientConnection(context, conditions, { list, page, from, order })
}

async function patientConnection(
  { database }: Context,
  conditions: Conditions,
  { list, page, from, order }: { list: string; page: Page; from: string; order: { key: string; id: string } },
): Promise<Connection<PatientRow>> {
  const counted = conditions.copy()
  if (page.after !== undefined) {
    const [key, id] = page.after.map((each) => conditions.value(each))
    conditions.add(`(${order.key}, ${order.id}) > (${key}, ${id}::uuid)`)
  }
  const found = await queryRows<Found>(
    database,
    `SELECT patient.id, ${order.key} AS key FROM ${from} ${conditions.where()}
     ORDER BY ${order.key}, ${order.id} LIMIT ${page.limit}`,
    conditions.values,
  )
  const rows = await rowsInOrder(database, found)
  return connectionOf({
    page,
    list,
    rows,
    keysOfRow: ({ key, row }) => [key, row.id],
    nodeOf: ({ row }) => row,
    totalCount: async () => {
      const [count] = await queryRows<{ count: number }>(
        database,
        `SELECT count(*) FROM ${from} ${counted.where()}`,
        counted.values,
      )
      return count?.count ?? 0
    },
  })
}

async function rowsInOrder(database: Database, found: readonly Found[]): Promise<{ key: string; row: PatientRow }[]> {
  const rows = await database.manager.findBy(PatientRow, { id: In(found.map(({ id }) => id)) })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return found.flatMap(({ id, key }) => {
    const row = byId.get(id)
    return row === undefined ? [] : [{ key, row }]
  })
}

/** The first text after all that begin with the prefix, in the order of code points. */
const afterPrefix = (prefix: string): string => `${prefix}\u{10FFFF}`

/** The conditions of one statement, with their values apart from its text. */
class Conditions {
  constructor(
    private readonly texts: string[] = [],
    readonly values: unknown[] = [],
  ) {}

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
