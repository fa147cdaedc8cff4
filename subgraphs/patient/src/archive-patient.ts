import { may, permit } from '@caregraph/access'
import { inTransaction, updateVersioned } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { Refusal } from '@caregraph/refusals'
import { type Context, requiredId, requiredText } from '@caregraph/subgraph'
import { PatientRow } from './patient.entity.js'
import { lockPatient } from './patient.tables.js'

/** Nothing clinical is deleted: the record leaves the lists, and its e-mail is free for another. */
export async function archivePatient(context: Context, givenId: string, reason: string): Promise<PatientRow> {
  const actor = permit(context.actor, 'patient:archive')
  const now = context.now()
  const id = requiredId(givenId, 'id')
  const archiveReason = requiredText(reason, 'reason', 500)
  if (!may(actor, 'patient:archive', id)) throw new Refusal('NOT_FOUND')

  return inTransaction(context, async (tx) => {
    const patient = await lockPatient(tx, id)
    if (patient.archivedAt !== null) return patient

    const archived = await updateVersioned(tx, PatientRow, patient, { archivedAt: now, archiveReason })
    await appendEvent(tx, 'PatientArchived', id, { patientId: id }, now)
    return archived
  })
}
