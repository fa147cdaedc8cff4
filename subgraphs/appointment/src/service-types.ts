import { type Database, rowsBy } from '@caregraph/database'
import { type Batch, type Context, Money } from '@caregraph/subgraph'
import { ServiceTypeRow } from './appointment.entity.js'
import type { ServiceType } from './appointment.type.js'

export function findServiceTypes(database: Database, codes: readonly string[]): Promise<ServiceTypeRow[]> {
  return rowsBy(database, ServiceTypeRow, 'code', codes)
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
