import { newId, type Transaction } from '@caregraph/database'
import type { CareEvent } from '@caregraph/events'
import { InvoiceLineKind, InvoiceLineRow, InvoiceStatus } from './invoice.entity.js'
import { openAccount } from './open-account.js'

/** Opens the visit's invoice with the fee. The database itself lets a visit have only one. */
export async function onAppointmentBooked(
  { time, data }: CareEvent<'AppointmentBooked'>,
  tx: Transaction,
): Promise<void> {
  const { appointmentId, patientId, doctorId, serviceType, startsAt, fee } = data
  await openAccount(tx, patientId, new Date(time))
  const invoiceId = newId()
  const opened = await tx.query(
    `INSERT INTO invoices (id, patient_id, appointment_id, doctor_id, service_type, visit_starts_at, status, currency, total_minor_units)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (appointment_id) DO NOTHING RETURNING 1`,
    [
      invoiceId,
      patientId,
      appointmentId,
      doctorId,
      serviceType,
      startsAt,
      InvoiceStatus.DRAFT,
      fee.currency,
      fee.minorUnits,
    ],
  )
  if (opened.length === 0) return
  await tx.manager.insert(InvoiceLineRow, {
    id: newId(),
    invoiceId,
    kind: InvoiceLineKind.CONSULTATION,
    description: serviceType,
    quantity: 1,
    unitPriceMinorUnits: fee.minorUnits,
    currency: fee.currency,
  })
}
