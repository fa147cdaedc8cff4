import { permit, reachOf } from '@caregraph/access'
import { inTransaction, newId, refuseByConstraint, repeatOf, writeSearchTerms } from '@caregraph/database'
import { appendEvent } from '@caregraph/events'
import { Refusal } from '@caregraph/refusals'
import { type Context, dayIn, identifiersOf } from '@caregraph/subgraph'
import { PatientRow } from './patient.entity.js'
import { patientFacts } from './patient.rules.js'
import { ownedByOne, writeIdentifiers } from './patient.tables.js'
import type { RegisterPatientInput } from './patient.type.js'
import { termsOfPatient } from './search-terms.js'

/** Staff open a record for anyone; somebody who only is a patient opens his own, under the id by which he signs in. */
export async function registerPatient(context: Context, input: RegisterPatientInput): Promise<PatientRow> {
  const actor = permit(context.actor, 'patient:register')
  const now = context.now()
  const { clinic } = context
  const registersHimself = reachOf(actor, 'patient:register').kind === 'own'
  const id = registersHimself ? actor.id : newId()
  const today = dayIn(clinic.timeZone, now)
  const { idempotencyKey, identifiers: given, ...facts } = input
  const patient: PatientRow = {
    email: null,
    phone: null,
    address: null,
    heightCm: null,
    weightKg: null,
    gender: 'UNKNOWN',
    insurancePolicies: [],
    ...(patientFacts(facts, { today, country: clinic.country }) as Pick<
      PatientRow,
      'name' | 'sortName' | 'dateOfBirth'
    >),
    id,
    registeredOn: today,
    archivedAt: null,
    archiveReason: null,
    version: 1,
  }
  const identifiedBy = identifiersOf(given ?? [])

  return refuseByConstraint({ ...ownedByOne, patients_pkey: () => new Refusal('ALREADY_REGISTERED') }, () =>
    inTransaction(context, async (tx) => {
      const attempt = { callerId: actor.id, key: idempotencyKey, act: 'registerPatient', input, resultId: id, now }
      const first = await repeatOf(tx, attempt)
      if (first !== undefined) return tx.manager.findOneByOrFail(PatientRow, { id: first })

      await tx.manager.insert(PatientRow, patient)
      await writeIdentifiers(tx, id, identifiedBy)
      await writeSearchTerms(tx, id, termsOfPatient(patient))
      await appendEvent(tx, 'PatientRegistered', id, { patientId: id, registeredOn: today }, now)
      return patient
    }),
  )
}
