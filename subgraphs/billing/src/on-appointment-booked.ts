import { newId, prepared, type Transaction } from '@caregraph/database'
import type { CareEvent } from '@caregraph/events'
import { InvoiceLineKind, InvoiceStatus } from './invoice.entity.js'
import { openAccount } from './open-account.js'

/** The line comes with its invoice, or not at all. */
const insertInvoice = prepared(`
  WITH opened AS (
    INSERT INTO invoices (id, patient_id, appointment_id, doctor_id, service_type, visit_starts_at, status, currency, total_minor_units)
    VALUES ($1, $2, $3, $4, $5, $6, '${InvoiceStatus.DRAFT}', $7, $8)
    ON CONFLICT (appointment_id) DO NOTHING RETURNING *)
  INSERT INTO invoice_lines (id, invoice_id, kind, description, quantity, unit_price_minor_units, currency)
  SELECT $9, id, '${InvoiceLineKind.CONSULTATION}', service_type, 1, total_minor_units, currency FROM opened`)

/** Opens the visit's invoice with the fee. The database itself lets a visit have only one. */
export async function onAppointmentBooked(
  { time, data }: CareEvent<'AppointmentBooked'>,
  tx: Transaction,
): Promise<void> {
  const { appointmentId, patientId, doctorId, serviceType, startsAt, fee } = data
  await openAccount(tx, patientId, new Date(time))
  await tx.query(insertInvoice, [
    newId(),
    patientId,
    appointmentId,
    doctorId,
    serviceType,
    startsAt,
    fee.currency,
    fee.minorUnits,
    newId(),
  ])
}
