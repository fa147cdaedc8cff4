import { may, permit } from '@caregraph/access'
import { updateVersioned } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { Refusal } from '@caregraph/refusals'
import { requiredId } from '@caregraph/subgraph'
import { DoctorRow, TimeOffRow } from './doctor.entity.js'
import { changeDoctors, type DoctorContext } from './doctor.services.js'
import { lockDoctor } from './doctor.tables.js'

/** Refuses with NOT_FOUND what is not there, and another doctor's. */
export async function removeTimeOff(context: DoctorContext, givenId: string): Promise<boolean> {
  const actor = permit(context.actor, 'time-off:remove')
  const now = context.now()
  const id = requiredId(givenId, 'id')

  return changeDoctors(context, async (tx) => {
    const timeOff = await tx.manager.findOneBy(TimeOffRow, { id })
    if (timeOff === null || !may(actor, 'time-off:remove', timeOff.doctorId)) throw new Refusal('NOT_FOUND')

    const { doctorId } = timeOff
    const { version } = await updateVersioned(tx, DoctorRow, await lockDoctor(tx, doctorId), {})
    const { affected } = await tx.manager.delete(TimeOffRow, { id })
    // Somebody else has removed it since it was found.
    if (affected !== 1) throw new Refusal('NOT_FOUND')
    await appendEvent(tx, 'DoctorUpdated', doctorId, { doctorId, version }, now)
    return true
  })
}
