import { type Database, queryRows } from '@caregraph/database'
import { type Batch, type Context, Money } from '@caregraph/subgraph'
import { ServiceTypeRow } from './appointment.entity.js'
import type { ServiceType } from './appointment.type.js'

export function findServiceTypes(database: Database, codes: readonly string[]): Promise<ServiceTypeRow[]> {
  return queryRows<ServiceTypeRow>(
    database,
    `SELECT code, name, duration_minutes AS "durationMinutes", price_minor_units AS "priceMinorUnits",
       price_currency AS "priceCurrency", active
     FROM service_types WHERE code = ANY ($1::text[])`,
    [codes],
  )
}

export const loadServiceTypes: Batch<string, ServiceType> = async (codes, { database }) => {
  const rows = await findServiceTypes(database, codes)
  return new Map(rows.map((row) => [row.code, serviceTypeOf(row)]))
}

/** By name. */
export async function listServiceTypes({ database }: Context, activeOnly: boolean): Promise<ServiceType[]> {
  const rows = await database.manager.find(ServiceTypeRow, {
    where: activeOnly ? { active: true } : {},
    order: { name: 'ASC', code: 'ASC' },
  })
  return rows.map(serviceTypeOf)
}

export function serviceTypeOf({ priceMinorUnits, priceCurrency, ...row }: ServiceTypeRow): ServiceType {
  return { ...row, price: new Money({ minorUnits: priceMinorUnits, currency: priceCurrency }) }
}
