import type { Cache } from '@caregraph/cache'
import { inTransaction, type Transaction } from '@caregraph/database'
import type { Stop } from '@caregraph/events'
import type { Context, Room } from '@caregraph/subgraph'

/** What this subgraph has besides its tables. */
export interface DoctorServices {
  readonly cache: Cache
}

export type DoctorContext = Context<DoctorServices>

/** What the lists that are remembered are forgotten with. */
export const doctorLists = 'doctor-lists'

/**
 * Whoever changes a doctor makes all copies forget. As he may be killed or cut off just then, so does every copy that
 * hears of the change by its event.
 */
export async function openDoctorServices({
  bus,
  cache,
}: Pick<Room<never>, 'bus' | 'cache'>): Promise<{ services: DoctorServices; stop: Stop }> {
  const stop = await bus.tail(['doctor-events'], () => void cache.forget(doctorLists))
  return { services: { cache }, stop }
}

/** One transaction that changes doctors: whoever asks after its answer sees them as they are then. */
export async function changeDoctors<T>(context: DoctorContext, act: (tx: Transaction) => Promise<T>): Promise<T> {
  const result = await inTransaction(context, act)
  await context.services.cache.forget(doctorLists)
  return result
}
