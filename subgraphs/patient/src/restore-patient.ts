import { may, permit } from '@caregraph/access'
import { inTransaction, refuseByConstraint, updateVersioned } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { Refusal } from '@caregraph/refusals'
import { type Context, requiredId } from '@caregraph/subgraph'
import { PatientRow } from './patient.entity.js'
import { lockPatient, ownedByOne } from './patient.tables.js'

/** Refuses with DUPLICATE_EMAIL where another patient has taken the e-mail in the meantime. */
export async function restorePatient(context: Context, givenId: string): Promise<PatientRow> {
  const actor = permit(context.actor, 'patient:restore')
  const id = requiredId(givenId, 'id')
  if (!may(actor, 'patient:restore', id)) throw new Refusal('NOT_FOUND')

  return refuseByConstraint(ownedByOne, () =>
    inTransaction(context, async (tx) => {
      const patient = await lockPatient(tx, id)
      if (patient.archivedAt === null) return patient

      const restored = await updateVersioned(tx, PatientRow, patient, { archivedAt: null, archiveReason: null })
      await appendEvent(tx, 'PatientRestored', id, { patientId: id }, context.now())
      return restored
    }),
  )
}
