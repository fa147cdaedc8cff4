import { permit } from '@caregraph/access'
import { newId, refuseByConstraint, repeatOf, writeSearchTerms } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { identifiersOf } from '@caregraph/subgraph'
import { DoctorRow } from './doctor.entity.js'
import type { AddDoctorInput } from './doctor.input.js'
import { defaultFacts, doctorFacts, termsOfDoctor } from './doctor.rules.js'
import { changeDoctors, type DoctorContext } from './doctor.services.js'
import { ownedByOne, writeIdentifiers } from './doctor.tables.js'
import { weeklyHours } from './weekly-hours.rules.js'

/** Refuses with DUPLICATE_LICENSE, DUPLICATE_IDENTIFIER or OVERLAPPING_HOURS. */
export async function addDoctor(context: DoctorContext, input: AddDoctorInput): Promise<DoctorRow> {
  const actor = permit(context.actor, 'doctor:add')
  const now = context.now()
  const id = newId()
  const { idempotencyKey, identifiers, weeklyHours: hours, ...facts } = input
  const doctor: DoctorRow = {
    ...defaultFacts,
    ...(doctorFacts(facts, context.clinic.country) as Pick<
      DoctorRow,
      'name' | 'sortName' | 'specialization' | 'licenseNumber' | 'timeZone'
    >),
    id,
    weeklyHours: weeklyHours(hours ?? [], 'weeklyHours'),
    archivedAt: null,
    archiveReason: null,
    version: 1,
  }
  const identifiedBy = identifiersOf(identifiers ?? [])

  return refuseByConstraint(ownedByOne, () =>
    changeDoctors(context, async (tx) => {
      const attempt = { callerId: actor.id, key: idempotencyKey, act: 'addDoctor', input, resultId: id, now }
      const first = await repeatOf(tx, attempt)
      if (first !== undefined) return tx.manager.findOneByOrFail(DoctorRow, { id: first })

      await tx.manager.insert(DoctorRow, doctor)
      await writeIdentifiers(tx, id, identifiedBy)
      await writeSearchTerms(tx, id, termsOfDoctor(doctor))
      await appendEvent(tx, 'DoctorAdded', id, { doctorId: id, specialization: doctor.specialization }, now)
      return doctor
    }),
  )
}
