import type { Transaction } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import type { Identifier } from '@caregraph/subgraph'
import { PatientIdentifierRow, PatientRow } from './patient.entity.js'

/** What the tables themselves refuse. */
export const ownedByOne = {
  patients_email: () => new Refusal('DUPLICATE_EMAIL'),
  patient_identifiers_belong_to_one: () => new Refusal('DUPLICATE_IDENTIFIER'),
}

/** The patient's row, which nobody else changes until this transaction ends. Refuses with NOT_FOUND. */
export async function lockPatient(tx: Transaction, id: string): Promise<PatientRow> {
  const patient = await tx.manager.findOne(PatientRow, { where: { id }, lock: { mode: 'pessimistic_write' } })
  if (patient === null) throw new Refusal('NOT_FOUND')
  return patient
}

export async function writeIdentifiers(
  tx: Transaction,
  patientId: string,
  identifiers: readonly Identifier[],
): Promise<void> {
  await tx.manager.delete(PatientIdentifierRow, { patientId })
  const rows = identifiers.map(({ system, value }, position) => ({ system, value, patientId, position }))
  if (rows.length > 0) await tx.manager.insert(PatientIdentifierRow, rows)
}
