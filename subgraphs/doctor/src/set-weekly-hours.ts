import { permit } from '@caregraph/access'
import { inTransaction, updateVersioned } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { type Context, requiredId } from '@caregraph/subgraph'
import { DoctorRow } from './doctor.entity.js'
import { lockDoctor } from './doctor.tables.js'
import { type WorkingHoursFacts, weeklyHours } from './weekly-hours.rules.js'

/** Replaces all hours. Visits that were booked in the old ones stay booked. Refuses with OVERLAPPING_HOURS. */
export async function setWeeklyHours(
  context: Context,
  givenId: string,
  hours: readonly WorkingHoursFacts[],
): Promise<DoctorRow> {
  const id = requiredId(givenId, 'doctorId')
  permit(context.actor, 'weekly-hours:set', id)
  const now = context.now()
  const changes = { weeklyHours: weeklyHours(hours, 'hours') }

  return inTransaction(context, async (tx) => {
    const updated = await updateVersioned(tx, DoctorRow, await lockDoctor(tx, id), changes)
    await appendEvent(tx, 'DoctorUpdated', id, { doctorId: id, version: updated.version }, now)
    return updated
  })
}
