import { permit } from '@caregraph/access'
import { badInput } from '@caregraph/refusals'
import { type Context, numberBetween, requiredText } from '@caregraph/subgraph'
import { ServiceTypeRow } from './appointment.entity.js'
import type { SaveServiceTypeInput, ServiceType } from './appointment.type.js'
import { serviceTypeOf } from './service-types.js'

const mostMinorUnits = 1_000_000_000_000

/** Adds what can be booked, or changes it by its code. What was booked before keeps its duration and its fee. */
export async function saveServiceType(context: Context, input: SaveServiceTypeInput): Promise<ServiceType> {
  permit(context.actor, 'service-type:save')
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(input.code)) {
    throw badInput('code', 'A code has 1 to 64 letters, digits, hyphens and underscores.')
  }
  const row: ServiceTypeRow = {
    code: input.code,
    name: requiredText(input.name, 'name', 200),
    durationMinutes: numberBetween(input.durationMinutes, 'durationMinutes', 1, 1440),
    priceMinorUnits: numberBetween(input.price.minorUnits, 'price.minorUnits', 0, mostMinorUnits),
    priceCurrency: input.price.currency,
    active: input.active ?? true,
  }
  await context.database.manager.upsert(ServiceTypeRow, row, ['code'])
  return serviceTypeOf(row)
}
