import { type Actor, may, permit, reachOf } from '@caregraph/access'
import { type Database, isId, queryRows, rowsBy } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import {
  type Batch,
  type Connection,
  type Context,
  connectionOf,
  groupedBy,
  optionalId,
  type Page,
  type PageArgs,
  pageOf,
} from '@caregraph/subgraph'
import { In } from 'typeorm'
import { AppointmentRow, StatusChangeRow } from './appointment.entity.js'
import { type AppointmentStatus, ownerOf } from './appointment.rules.js'
import { appointmentColumns } from './appointment.tables.js'
import type { AppointmentFilter } from './appointment.type.js'
import type { AppointmentListArgs } from './people.type.js'

/** The appointments of these ids that the actor may see. */
export const loadAppointments: Batch<string, AppointmentRow> = async (ids, { actor, database }) => {
  const rows = await rowsBy(database, AppointmentRow, 'id', ids.filter(isId))
  return new Map(rows.filter((row) => may(actor, 'appointment:read', ownerOf(row))).map((row) => [row.id, row]))
}

/** By row and not by id, since one request may change an appointment twice and ask for its history after each. */
export const loadHistory: Batch<AppointmentRow, StatusChangeRow[]> = async (appointments, { database }) => {
  const rows = await database.manager.find(StatusChangeRow, {
    where: { appointmentId: In(appointments.map(({ id }) => id)) },
    order: { version: 'ASC' },
  })
  const byId = groupedBy(rows, ({ appointmentId }) => appointmentId)
  return new Map(appointments.map((appointment) => [appointment, byId.get(appointment.id) ?? []]))
}

/** By start. Everybody finds the appointments that he may see; a patient and a doctor, their own. */
export async function findAppointments(
  { actor: caller, database }: Context,
  filter: AppointmentFilter,
  args: PageArgs,
): Promise<Connection<AppointmentRow>> {
  const actor = permit(caller, 'appointment:read')
  const page = pageOf(args, list, ['instant', 'id'])
  const wanted = wantedOf(actor, filter)
  const rows = await firstRows(database, wanted, page)
  return appointmentConnection(page, rows, () => countRows(database, wanted))
}

/** Whose appointments a list holds that another subgraph's patient or doctor shows. */
export type ListOwner = { readonly patientId: string } | { readonly doctorId: string }

/** The page of one person's appointments. Those of a whole list of persons are read together. */
export async function findAppointmentsOf(
  context: Context,
  owner: ListOwner,
  args: AppointmentListArgs,
): Promise<Connection<AppointmentRow>> {
  const actor = permit(context.actor, 'appointment:read')
  if (!mayHaveRows(actor, owner)) throw new Refusal('FORBIDDEN')
  const page = pageOf(args, list, ['instant', 'id'])
  const wanted = wantedOf(actor, args)
  const question: ListQuestion = { owner, wanted, page }
  const rows = (await context.load(loadLists, question)) ?? []
  return appointmentConnection(page, rows, async () => (await context.load(loadCounts, question)) ?? 0)
}

/** Own rows only: then a list can hold some as long as it is not that of another in the actor's own role. */
function mayHaveRows(actor: Actor, owner: ListOwner): boolean {
  const reach = reachOf(actor, 'appointment:read')
  if (reach.kind !== 'own') return reach.kind === 'all'
  const [role, id] =
    'patientId' in owner ? (['PATIENT', owner.patientId] as const) : (['DOCTOR', owner.doctorId] as const)
  return reach.roles.some((each) => each !== role || id === actor.id)
}

const list = 'appointments'

function appointmentConnection(
  page: Page,
  rows: readonly AppointmentRow[],
  totalCount: () => Promise<number>,
): Connection<AppointmentRow> {
  return connectionOf({
    page,
    list,
    rows,
    keysOfRow: ({ startsAt, id }) => [startsAt.toISOString(), id],
    nodeOf: (row) => row,
    totalCount,
  })
}

interface Wanted {
  readonly patientId: string | null
  readonly doctorId: string | null
  readonly from: Date | null
  readonly to: Date | null
  readonly statuses: readonly AppointmentStatus[] | null
  /** The rows that are the actor's own in one of these roles; both null where he sees every row. */
  readonly mineAsDoctor: string | null
  readonly mineAsPatient: string | null
}

function wantedOf(actor: Actor, { patientId, doctorId, status, from, to }: AppointmentFilter): Wanted {
  const reach = reachOf(actor, 'appointment:read')
  const mineAs = (role: 'DOCTOR' | 'PATIENT') => (reach.kind === 'own' && reach.roles.includes(role) ? actor.id : null)
  return {
    patientId: optionalId(patientId, 'filter.patientId'),
    doctorId: optionalId(doctorId, 'filter.doctorId'),
    from: from ?? null,
    to: to ?? null,
    statuses: status ? [...new Set(status)] : null,
    mineAsDoctor: mineAs('DOCTOR'),
    mineAsPatient: mineAs('PATIENT'),
  }
}

// The database plans with the values at hand, so what is null costs nothing.
const isWanted = `
  ($1::uuid IS NULL OR patient_id = $1) AND ($2::uuid IS NULL OR doctor_id = $2)
  AND ($3::timestamptz IS NULL OR starts_at >= $3) AND ($4::timestamptz IS NULL OR starts_at < $4)
  AND ($5::text[] IS NULL OR status = ANY ($5))
  AND ($6::uuid IS NULL AND $7::uuid IS NULL OR doctor_id = $6 OR patient_id = $7)`

const wantedValues = (wanted: Wanted) => [
  wanted.patientId,
  wanted.doctorId,
  wanted.from,
  wanted.to,
  wanted.statuses,
  wanted.mineAsDoctor,
  wanted.mineAsPatient,
]

const isAfterCursor = '($8::timestamptz IS NULL OR (starts_at, id) > ($8, $9::uuid))'
const cursorValues = ({ after }: Page) => [after?.[0], after?.[1]]

/**
 * Each status has its own rows in order, of which the first ones are merged: the index on start alone would be read
 * through for the few PENDING at its end.
 */
function firstRows(database: Database, wanted: Wanted, page: Page): Promise<AppointmentRow[]> {
  const isNarrow = Object.values({ ...wanted, from: null, to: null, statuses: null }).some((value) => value !== null)
  const columns = appointmentColumns(database)
  const ofOneStatus = 'AND status = one.status'
  const rows = (more: string) => `
    SELECT ${columns} FROM appointments WHERE ${isWanted} AND ${isAfterCursor} ${more}
    ORDER BY starts_at, id LIMIT ${page.limit}`
  const merged = `
    SELECT found.* FROM unnest($5::text[]) AS one (status) CROSS JOIN LATERAL (${rows(ofOneStatus)}) AS found
    ORDER BY found."startsAt", found.id LIMIT ${page.limit}`
  const sql = wanted.statuses === null || isNarrow ? rows('') : merged
  return queryRows(database, sql, [...wantedValues(wanted), ...cursorValues(page)])
}

async function countRows(database: Database, wanted: Wanted): Promise<number> {
  const sql = `SELECT count(*) FROM appointments WHERE ${isWanted}`
  const [row] = await queryRows<{ count: number }>(database, sql, wantedValues(wanted))
  return row?.count ?? 0
}

interface ListQuestion {
  readonly owner: ListOwner
  readonly wanted: Wanted
  readonly page: Page
}

const ownerId = (owner: ListOwner) => ('patientId' in owner ? owner.patientId : owner.doctorId)
const ownerColumn = (owner: ListOwner) => ('patientId' in owner ? 'patient_id' : 'doctor_id')

/** Lists that differ in nothing but whose they are: those can be read by one statement. */
function alike(questions: readonly ListQuestion[]): { first: ListQuestion; group: ListQuestion[] }[] {
  const groups = groupedBy(questions, ({ owner, ...same }) => JSON.stringify([ownerColumn(owner), same]))
  return [...groups.values()].flatMap((group) => group.slice(0, 1).map((first) => ({ first, group })))
}

const loadLists: Batch<ListQuestion, AppointmentRow[]> = async (questions, { database }) => {
  const columns = appointmentColumns(database)
  const answers = new Map<ListQuestion, AppointmentRow[]>()
  for (const { first, group } of alike(questions)) {
    const { owner, wanted, page } = first
    const rows = await queryRows<AppointmentRow & { of: string }>(
      database,
      `SELECT owner.id AS of, found.* FROM unnest($10::uuid[]) AS owner (id) CROSS JOIN LATERAL (
         SELECT ${columns} FROM appointments
         WHERE ${ownerColumn(owner)} = owner.id AND ${isWanted} AND ${isAfterCursor}
         ORDER BY starts_at, id LIMIT ${page.limit}) AS found
       ORDER BY found."startsAt", found.id`,
      [...wantedValues(wanted), ...cursorValues(page), group.map((each) => ownerId(each.owner))],
    )
    const byOwner = groupedBy(rows, ({ of }) => of)
    for (const question of group) answers.set(question, byOwner.get(ownerId(question.owner)) ?? [])
  }
  return answers
}

const loadCounts: Batch<ListQuestion, number> = async (questions, { database }) => {
  const answers = new Map<ListQuestion, number>()
  for (const { first, group } of alike(questions)) {
    const { owner, wanted } = first
    const rows = await queryRows<{ of: string; count: number }>(
      database,
      `SELECT ${ownerColumn(owner)} AS of, count(*) FROM appointments
       WHERE ${ownerColumn(owner)} = ANY ($8::uuid[]) AND ${isWanted} GROUP BY 1`,
      [...wantedValues(wanted), group.map((each) => ownerId(each.owner))],
    )
    const counts = new Map(rows.map(({ of, count }) => [of, count]))
    for (const question of group) answers.set(question, counts.get(ownerId(question.owner)) ?? 0)
  }
  return answers
}
