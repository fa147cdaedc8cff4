import type { Context } from '@caregraph/subgraph'
import type { AppointmentRow } from './appointment.entity.js'
import { changeStatus, type Target } from './change-status.js'

/** Nobody came. From the start on; its time is free again. */
export function markNoShow(context: Context, target: Target): Promise<AppointmentRow> {
  return changeStatus(context, 'MARK_NO_SHOW', target)
}
