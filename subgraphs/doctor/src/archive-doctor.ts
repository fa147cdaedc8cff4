import { permit } from '@caregraph/access'
import { updateVersioned } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { requiredId, requiredText } from '@caregraph/subgraph'
import { DoctorRow } from './doctor.entity.js'
import { changeDoctors, type DoctorContext } from './doctor.services.js'
import { lockDoctor } from './doctor.tables.js'

/** The doctor leaves the lists and takes no new appointments; the booked ones stay. Once more changes nothing. */
export async function archiveDoctor(context: DoctorContext, givenId: string, reason: string): Promise<DoctorRow> {
  permit(context.actor, 'doctor:archive')
  const now = context.now()
  const id = requiredId(givenId, 'id')
  const archiveReason = requiredText(reason, 'reason', 500)

  return changeDoctors(context, async (tx) => {
    const doctor = await lockDoctor(tx, id)
    if (doctor.archivedAt !== null) return doctor

    const archived = await updateVersioned(tx, DoctorRow, doctor, { archivedAt: now, archiveReason })
    await appendEvent(tx, 'DoctorArchived', id, { doctorId: id }, now)
    return archived
  })
}
