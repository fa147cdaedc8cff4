import { may, permit, reachOf } from '@caregraph/access'
import { isId, rowsBy } from '@caregraph/database'
import { type Batch, type Connection, type Context, type PageArgs, pageOf, requiredId } from '@caregraph/subgraph'
import { InvoiceLineRow, InvoiceRow, InvoiceStatus } from './invoice.entity.js'
import { newestOfAll, newestOfPatients, type WantedOfPatient } from './newest-first.js'
import { rowsOfOwners } from './rows-of-owners.js'

/** The invoices of these ids that the actor may see. */
export const loadInvoices: Batch<string, InvoiceRow> = async (ids, { actor, database }) => {
  const rows = await rowsBy(database, InvoiceRow, 'id', [...new Set(ids)])
  return new Map(rows.filter((row) => may(actor, 'invoice:read', row.patientId)).map((row) => [row.id, row]))
}

/** By the record and not by the invoice's id, since one request may pay twice and ask for the balance after each. */
export const loadInvoicesOf: Batch<{ invoiceId: string }, InvoiceRow> = async (records, context) => {
  const invoices = await loadInvoices(
    records.map(({ invoiceId }) => invoiceId),
    context,
  )
  return new Map(
    records.flatMap((record) => {
      const invoice = invoices.get(record.invoiceId)
      return invoice === undefined ? [] : [[record, invoice]]
    }),
  )
}

/** By appointment, the invoices that the actor may see. */
export const loadInvoicesOfAppointments: Batch<string, InvoiceRow> = async (appointmentIds, { actor, database }) => {
  const rows = await rowsBy(database, InvoiceRow, 'appointmentId', appointmentIds.filter(isId))
  return new Map(rows.filter((row) => may(actor, 'invoice:read', row.patientId)).map((row) => [row.appointmentId, row]))
}

export const loadLines = rowsOfOwners(InvoiceLineRow, 'invoiceId')

export interface InvoiceFilter {
  status?: readonly InvoiceStatus[] | null | undefined
  patientId?: string | null | undefined
}

const list = { entity: InvoiceRow, name: 'invoices' }

/** The newest first. A patient finds his own; of another patient's, none. */
export async function findInvoices(
  context: Context,
  { status, patientId }: InvoiceFilter,
  args: PageArgs,
): Promise<Connection<InvoiceRow>> {
  const actor = permit(context.actor, 'invoice:read')
  const page = pageOf(args, list.name, ['id'])
  const statuses = status ?? Object.values(InvoiceStatus)
  const onlyOwn = reachOf(actor, 'invoice:read').kind === 'own' ? actor.id : null
  const ofPatient = typeof patientId === 'string' ? requiredId(patientId, 'patientId') : onlyOwn
  if (ofPatient === null) return newestOfAll(context.database, list, { statuses, page })

  const visible = may(actor, 'invoice:read', ofPatient) ? statuses : []
  const found = await context.load(loadPages, { patientId: ofPatient, statuses: visible, page })
  if (found === undefined) throw new Error('a list of invoices has no page')
  return found
}

/** Those of a whole list of patients are read together. */
const loadPages: Batch<WantedOfPatient, Connection<InvoiceRow>> = async (wanted, { database }) => {
  const pages = await newestOfPatients(database, list, wanted)
  return new Map(pages.flatMap((page, place) => wanted.slice(place, place + 1).map((one) => [one, page])))
}
