import type { Transaction } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import type { Identifier } from '@caregraph/subgraph'
import { DoctorIdentifierRow, DoctorRow } from './doctor.entity.js'

/** What the tables themselves refuse. */
export const ownedByOne = {
  doctors_license_number: () => new Refusal('DUPLICATE_LICENSE'),
  doctor_identifiers_belong_to_one: () => new Refusal('DUPLICATE_IDENTIFIER'),
}

/** The doctor's row, which nobody else changes until this transaction ends. Refuses with NOT_FOUND. */
export async function lockDoctor(tx: Transaction, id: string): Promise<DoctorRow> {
  const doctor = await tx.manager.findOne(DoctorRow, { where: { id }, lock: { mode: 'pessimistic_write' } })
  if (doctor === null) throw new Refusal('NOT_FOUND')
  return doctor
}

export async function writeIdentifiers(
  tx: Transaction,
  doctorId: string,
  identifiers: readonly Identifier[],
): Promise<void> {
  await tx.manager.delete(DoctorIdentifierRow, { doctorId })
  const rows = identifiers.map(({ system, value }, position) => ({ system, value, doctorId, position }))
  if (rows.length > 0) await tx.manager.insert(DoctorIdentifierRow, rows)
}
