import { permit } from '@caregraph/access'
import { expectVersion, refuseByConstraint, updateVersioned, writeSearchTerms } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { identifiersOf, requiredId } from '@caregraph/subgraph'
import { DoctorRow } from './doctor.entity.js'
import type { UpdateDoctorInput } from './doctor.input.js'
import { doctorFacts, termsOfDoctor } from './doctor.rules.js'
import { changeDoctors, type DoctorContext } from './doctor.services.js'
import { lockDoctor, ownedByOne, writeIdentifiers } from './doctor.tables.js'

/**
 * What is left out keeps its value, null clears. Also for an archived doctor, whose facts can still be wrong.
 * Refuses with VERSION_CONFLICT, DUPLICATE_LICENSE or DUPLICATE_IDENTIFIER.
 */
export async function updateDoctor(context: DoctorContext, input: UpdateDoctorInput): Promise<DoctorRow> {
  permit(context.actor, 'doctor:update')
  const now = context.now()
  const { id: givenId, expectedVersion, identifiers, ...changes } = input
  const id = requiredId(givenId, 'id')
  const facts = doctorFacts(changes, context.clinic.country)
  const identifiedBy = identifiers === undefined ? undefined : identifiersOf(identifiers ?? [])

  return refuseByConstraint(ownedByOne, () =>
    changeDoctors(context, async (tx) => {
      const doctor = await lockDoctor(tx, id)
      expectVersion(doctor, expectedVersion)

      const updated = await updateVersioned(tx, DoctorRow, doctor, facts)
      if (identifiedBy !== undefined) await writeIdentifiers(tx, id, identifiedBy)
      await writeSearchTerms(tx, id, termsOfDoctor(updated))
      await appendEvent(tx, 'DoctorUpdated', id, { doctorId: id, version: updated.version }, now)
      return updated
    }),
  )
}
