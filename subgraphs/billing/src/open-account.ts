import { newId, prepared, type Transaction } from '@caregraph/database'
import type { CareEvent } from '@caregraph/events'

export function onPatientRegistered({ time, data }: CareEvent<'PatientRegistered'>, tx: Transaction): Promise<void> {
  return openAccount(tx, data.patientId, new Date(time))
}

const insertAccount = prepared(`
  INSERT INTO billing_accounts AS account (id, patient_id, opened_at) VALUES ($1, $2, $3)
  ON CONFLICT (patient_id) DO UPDATE SET opened_at = excluded.opened_at
    WHERE excluded.opened_at < account.opened_at`)

/**
 * One account for a patient. A visit can be heard of before its patient, since nothing orders the events of different
 * departments: the account then is there already, and takes over the earlier instant.
 */
export async function openAccount(tx: Transaction, patientId: string, openedAt: Date): Promise<void> {
  tx.send(insertAccount, [newId(), patientId, openedAt])
}
