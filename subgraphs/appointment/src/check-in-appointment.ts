import type { Context } from '@caregraph/subgraph'
import type { AppointmentRow } from './appointment.entity.js'
import { changeStatus, type Target } from './change-status.js'

/** The patient is here. From 24 hours before the start. */
export function checkInAppointment(context: Context, target: Target): Promise<AppointmentRow> {
  return changeStatus(context, 'CHECK_IN', target)
}
