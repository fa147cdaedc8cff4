import { type Actor, may, permit } from '@caregraph/access'
import type { Refusal } from '@caregraph/refusals'
import { type Context, requiredId } from '@caregraph/subgraph'
import { AppointmentRow } from './appointment.entity.js'
import { ownerOf, standingOf } from './appointment.rules.js'
import { askPeople, keepRefusal, refuseUnbookable } from './bookable.js'
import { changeStatus, type Target } from './change-status.js'

/**
 * Everything is checked again but the time itself, which the request has kept: the patient may be archived by now,
 * the doctor on leave.
 */
export async function confirmAppointment(context: Context, target: Target): Promise<AppointmentRow> {
  const actor = permit(context.actor, 'appointment:confirm')
  const obstacle = await obstacleTo(context, actor, requiredId(target.id, 'id'))
  return changeStatus(context, 'CONFIRM', target, { changes: { expiresAt: null }, obstacle })
}

async function obstacleTo(context: Context, actor: Actor, id: string): Promise<Refusal | undefined> {
  const appointment = await context.database.manager.findOneBy(AppointmentRow, { id })
  if (appointment === null || !may(actor, 'appointment:confirm', ownerOf(appointment))) return undefined
  try {
    const people = await askPeople(context, actor, appointment)
    refuseUnbookable(people, appointment, standingOf(actor, appointment), context.now())
    return undefined
  } catch (error) {
    return keepRefusal(error)
  }
}
