import { may, permit } from '@caregraph/access'
import {
  expectVersion,
  inTransaction,
  refuseByConstraint,
  updateVersioned,
  writeSearchTerms,
} from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { Refusal } from '@caregraph/refusals'
import { type Context, dayIn, identifiersOf, requiredId } from '@caregraph/subgraph'
import { PatientRow } from './patient.entity.js'
import { patientFacts } from './patient.rules.js'
import { lockPatient, ownedByOne, writeIdentifiers } from './patient.tables.js'
import type { UpdatePatientInput } from './patient.type.js'
import { termsOfPatient } from './search-terms.js'

/** What is left out keeps its value, null clears. An archived record is restored before it is changed. */
export async function updatePatient(context: Context, input: UpdatePatientInput): Promise<PatientRow> {
  const actor = permit(context.actor, 'patient:update')
  const now = context.now()
  const { clinic } = context
  const { id: givenId, expectedVersion, identifiers: given, ...changes } = input
  const id = requiredId(givenId, 'id')
  if (!may(actor, 'patient:update', id)) throw new Refusal('NOT_FOUND')
  const identifiedBy = given === undefined ? undefined : identifiersOf(given ?? [])
  const facts = patientFacts(changes, { today: dayIn(clinic.timeZone, now), country: clinic.country })

  return refuseByConstraint(ownedByOne, () =>
    inTransaction(context, async (tx) => {
      const patient = await lockPatient(tx, id)
      expectVersion(patient, expectedVersion)
      if (patient.archivedAt !== null) throw new Refusal('PATIENT_ARCHIVED')

      const updated = await updateVersioned(tx, PatientRow, patient, facts)
      if (identifiedBy !== undefined) await writeIdentifiers(tx, id, identifiedBy)
      await writeSearchTerms(tx, id, termsOfPatient(updated))
      await appendEvent(tx, 'PatientUpdated', id, { patientId: id, version: updated.version }, now)
      return updated
    }),
  )
}
