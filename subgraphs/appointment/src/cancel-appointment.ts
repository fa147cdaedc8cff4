import { permit } from '@caregraph/access'
import { type Context, optionalText } from '@caregraph/subgraph'
import type { AppointmentRow } from './appointment.entity.js'
import type { CancelAppointmentInput } from './appointment.type.js'
import { changeStatus } from './change-status.js'

const longestNote = 500

/** Frees its time. The note is for the clinic alone. */
export async function cancelAppointment(context: Context, input: CancelAppointmentInput): Promise<AppointmentRow> {
  permit(context.actor, 'appointment:cancel')
  const cancellationNote = optionalText(input.note ?? null, 'note', longestNote)
  return changeStatus(context, 'CANCEL', input, { changes: { cancellationReason: input.reason, cancellationNote } })
}
