import { permit } from '@caregraph/access'
import { newId, updateVersioned } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { optionalText, requiredId } from '@caregraph/subgraph'
import { DoctorRow, TimeOffRow } from './doctor.entity.js'
import type { AddTimeOffInput } from './doctor.input.js'
import { changeDoctors, type DoctorContext } from './doctor.services.js'
import { lockDoctor } from './doctor.tables.js'
import { timeOffRange } from './time-off.rules.js'

/** No new visits in it; those that are booked stay booked. It may overlap other time off. */
export async function addTimeOff(context: DoctorContext, input: AddTimeOffInput): Promise<TimeOffRow> {
  const doctorId = requiredId(input.doctorId, 'doctorId')
  permit(context.actor, 'time-off:add', doctorId)
  const now = context.now()
  const reason = optionalText(input.reason ?? null, 'reason', 500)
  const timeOff: TimeOffRow = { id: newId(), doctorId, ...timeOffRange(input), reason }

  return changeDoctors(context, async (tx) => {
    const { version } = await updateVersioned(tx, DoctorRow, await lockDoctor(tx, doctorId), {})
    await tx.manager.insert(TimeOffRow, timeOff)
    await appendEvent(tx, 'DoctorUpdated', doctorId, { doctorId, version }, now)
    return timeOff
  })
}
