import type { Context } from '@caregraph/subgraph'
import type { AppointmentRow } from './appointment.entity.js'
import { changeStatus, type Target } from './change-status.js'

/** The visit that was started is over: it can be invoiced. */
export function completeAppointment(context: Context, target: Target): Promise<AppointmentRow> {
  return changeStatus(context, 'COMPLETE', target)
}
