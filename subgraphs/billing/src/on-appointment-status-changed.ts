import type { Transaction } from '@caregraph/database'
import type { CareEvent } from '@caregraph/events'
import type { Clinic } from '@caregraph/subgraph'
import { InvoiceRow, InvoiceStatus } from './invoice.entity.js'
import { issueDraft } from './issue-invoice.js'
import { saveVoid } from './void-invoice.js'

const voidReasons: Readonly<Record<string, string>> = {
  CANCELLED: 'The appointment was cancelled.',
  EXPIRED: 'The appointment was not confirmed in time.',
}

/**
 * A completed visit is invoiced. One that does not take place voids its invoice if nothing was paid. The invoice of a
 * visit to which nobody came stays a draft: whether it is charged is for the billing desk to decide.
 */
export async function onAppointmentStatusChanged(
  { data }: CareEvent<'AppointmentStatusChanged'>,
  tx: Transaction,
  { clinic, now }: { clinic: Clinic; now: Date },
): Promise<void> {
  const { appointmentId, previousStatus, status } = data
  const voidReason = voidReasons[status]
  const isOfInterest = status === 'COMPLETED' || voidReason !== undefined
  // A hold opens no invoice, so one that lapses has none to void.
  if (!isOfInterest || previousStatus === 'HELD') return

  const invoice = await tx.manager.findOne(InvoiceRow, {
    where: { appointmentId },
    lock: { mode: 'pessimistic_write' },
  })
  // Tried again until the booking, which is parked before this one, has opened it.
  if (invoice === null) throw new Error('the invoice of this visit is not open yet')

  if (voidReason === undefined) {
    if (invoice.status === InvoiceStatus.DRAFT) await issueDraft(tx, invoice, { clinic, now })
  } else if (isUnpaid(invoice)) {
    await saveVoid(tx, invoice, voidReason, now)
  }
}

function isUnpaid({ status }: InvoiceRow): boolean {
  return status === InvoiceStatus.DRAFT || status === InvoiceStatus.ISSUED
}
