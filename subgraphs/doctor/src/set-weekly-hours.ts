import { permit } from '@caregraph/access'
import { updateVersioned } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { requiredId } from '@caregraph/subgraph'
import { DoctorRow } from './doctor.entity.js'
import { changeDoctors, type DoctorContext } from './doctor.services.js'
import { lockDoctor } from './doctor.tables.js'
import { type WorkingHoursFacts, weeklyHours } from './weekly-hours.rules.js'

/** Replaces all hours. Visits that were booked in the old ones stay booked. Refuses with OVERLAPPING_HOURS. */
export async function setWeeklyHours(
  context: DoctorContext,
  givenId: string,
  hours: readonly WorkingHoursFacts[],
): Promise<DoctorRow> {
  const id = requiredId(givenId, 'doctorId')
  permit(context.actor, 'weekly-hours:set', id)
  const now = context.now()
  const changes = { weeklyHours: weeklyHours(hours, 'hours') }

  return changeDoctors(context, async (tx) => {
    const updated = await updateVersioned(tx, DoctorRow, await lockDoctor(tx, id), changes)
    await appendEvent(tx, 'DoctorUpdated', id, { doctorId: id, version: updated.version }, now)
    return updated
  })
}
