import { may, permit } from '@caregraph/access'
import { expectVersion, inTransaction } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import { type Context, requiredId } from '@caregraph/subgraph'
import type { AppointmentRow } from './appointment.entity.js'
import { decide, ownerOf, permissionOf, type StatusAction, standingOf } from './appointment.rules.js'
import { type Changes, lockAppointments, moveTo } from './appointment.tables.js'

/** Which appointment, and on which version of it the caller decided. */
export interface Target {
  readonly id: string
  readonly expectedVersion?: number | null | undefined
}

/**
 * The way of every action that moves an appointment to another status. Refuses with NOT_FOUND where the caller may not
 * know of it, with VERSION_CONFLICT, as the state machine says, and last with the `obstacle` that the action has found.
 */
export async function changeStatus(
  context: Context,
  action: StatusAction,
  { id: givenId, expectedVersion }: Target,
  { changes = {}, obstacle }: { changes?: Changes; obstacle?: Refusal | undefined } = {},
): Promise<AppointmentRow> {
  const actor = permit(context.actor, permissionOf[action])
  const now = context.now()
  const id = requiredId(givenId, 'id')

  return inTransaction(context, async (tx) => {
    const [appointment] = await lockAppointments(tx, [id])
    if (appointment === undefined || !may(actor, 'appointment:read', ownerOf(appointment))) {
      throw new Refusal('NOT_FOUND')
    }
    permit(actor, permissionOf[action], ownerOf(appointment))
    expectVersion(appointment, expectedVersion)
    const next = decide(appointment, action, standingOf(actor, appointment), now)
    if (next instanceof Refusal) throw next
    if (obstacle !== undefined) throw obstacle
    return moveTo(tx, appointment, next, now, changes)
  })
}
