import { type Database, queryRows } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import type { Context, Room } from '@caregraph/subgraph'
import type { InvoiceRow } from '../invoice.entity.js'
import type { PrintedNames } from './invoice-paper.js'

const nobody: PrintedNames = { patientName: null, patientAddress: null, doctorName: null, serviceName: null }

/**
 * Asks the other departments, in the caller's name, what is to be printed. Billing keeps no names, and whoever opens
 * the link later brings no token to ask with: so the answers are kept for as long as the link lives.
 */
export async function keepNames(context: Context, invoices: readonly InvoiceRow[], forgetAt: Date): Promise<void> {
  const namesOf = await askNames(context, invoices)
  await queryRows(
    context.database,
    `INSERT INTO printed_names AS known
       (invoice_id, patient_name, patient_address, doctor_name, service_name, forget_at)
     SELECT invoice_id, patient_name, patient_address, doctor_name, service_name, $2
     FROM jsonb_to_recordset($1::jsonb) AS names
       (invoice_id uuid, patient_name text, patient_address text, doctor_name text, service_name text)
     ON CONFLICT (invoice_id) DO UPDATE SET
       patient_name = excluded.patient_name, patient_address = excluded.patient_address,
       doctor_name = excluded.doctor_name, service_name = excluded.service_name,
       forget_at = greatest(known.forget_at, excluded.forget_at)`,
    [
      JSON.stringify(
        invoices.map((invoice) => {
          const { patientName, patientAddress, doctorName, serviceName } = namesOf(invoice)
          return {
            invoice_id: invoice.id,
            patient_name: patientName,
            patient_address: patientAddress,
            doctor_name: doctorName,
            service_name: serviceName,
          }
        }),
      ),
      forgetAt,
    ],
  )
}

/** Asks each department once, however many the invoices are. */
async function askNames(
  context: Context,
  invoices: readonly InvoiceRow[],
): Promise<(invoice: InvoiceRow) => PrintedNames> {
  const { actor, requestId, traceparent, signal, deadlineAt } = context
  const caller = { token: actor?.token, requestId, traceparent, signal, deadlineAt }
  const ask = <Fields extends object>(subgraph: string, type: string, ids: readonly string[], fields: string) =>
    context.peers.entities<Fields>({ subgraph, type, ids: [...new Set(ids)], fields }, caller).catch(unlessClosed)
  const idsOf = (key: 'patientId' | 'doctorId' | 'appointmentId') => invoices.map((invoice) => invoice[key])
  const [patients, doctors, appointments] = await Promise.all([
    ask<{ name: string; address: string | null }>('patient', 'Patient', idsOf('patientId'), '{ name address }'),
    ask<{ name: string }>('doctor', 'Doctor', idsOf('doctorId'), '{ name }'),
    ask<{ serviceType: { name: string } }>(
      'appointment',
      'Appointment',
      idsOf('appointmentId'),
      '{ serviceType { name } }',
    ),
  ])
  return ({ patientId, doctorId, appointmentId }) => ({
    patientName: patients?.get(patientId)?.name ?? null,
    patientAddress: patients?.get(patientId)?.address ?? null,
    doctorName: doctors?.get(doctorId)?.name ?? null,
    serviceName: appointments?.get(appointmentId)?.serviceType?.name ?? null,
  })
}

/** Without an answer the PDF shows ids and codes instead. */
function unlessClosed(error: unknown): null {
  if (error instanceof Refusal && error.code === 'SERVICE_UNAVAILABLE') return null
  throw error
}

export async function printedNames(database: Database, invoiceId: string): Promise<PrintedNames> {
  const [names] = await queryRows<PrintedNames>(
    database,
    `SELECT patient_name AS "patientName", patient_address AS "patientAddress", doctor_name AS "doctorName",
       service_name AS "serviceName"
     FROM printed_names WHERE invoice_id = $1`,
    [invoiceId],
  )
  return names ?? nobody
}

export async function forgetNames({ database, now }: Pick<Room<unknown>, 'database' | 'now'>): Promise<void> {
  await queryRows(database, 'DELETE FROM printed_names WHERE forget_at <= $1', [now()])
}
