import type { Context } from '@caregraph/subgraph'
import type { AppointmentRow } from './appointment.entity.js'
import { changeStatus, type Target } from './change-status.js'

/** The patient who was checked in is with the doctor. */
export function startAppointment(context: Context, target: Target): Promise<AppointmentRow> {
  return changeStatus(context, 'START', target)
}
