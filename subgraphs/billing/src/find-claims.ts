import { may, permit, reachOf } from '@caregraph/access'
import { type Batch, type Connection, type Context, type PageArgs, pageOf } from '@caregraph/subgraph'
import { In } from 'typeorm'
import { ClaimStatus, InsuranceClaimRow } from './claim.entity.js'
import { newestOfAll, newestOfPatients } from './newest-first.js'
import { rowsOfOwners } from './rows-of-owners.js'

/** The claims of these ids that the actor may see. */
export const loadClaims: Batch<string, InsuranceClaimRow> = async (ids, { actor, database }) => {
  const rows = await database.manager.findBy(InsuranceClaimRow, { id: In([...ids]) })
  return new Map(rows.filter((row) => may(actor, 'invoice:read', row.patientId)).map((row) => [row.id, row]))
}

export const loadClaimsOfInvoices = rowsOfOwners(InsuranceClaimRow, 'invoiceId')

const list = { entity: InsuranceClaimRow, name: 'claims' }

/** The newest first. A patient finds those on his own invoices. */
export async function findClaims(
  { actor: caller, database }: Context,
  status: readonly ClaimStatus[] | null | undefined,
  args: PageArgs,
): Promise<Connection<InsuranceClaimRow>> {
  const actor = permit(caller, 'invoice:read')
  const wanted = { statuses: status ?? Object.values(ClaimStatus), page: pageOf(args, list.name, ['id']) }
  if (reachOf(actor, 'invoice:read').kind === 'all') return newestOfAll(database, list, wanted)

  const [found] = await newestOfPatients(database, list, [{ ...wanted, patientId: actor.id }])
  if (found === undefined) throw new Error('a list of claims has no page')
  return found
}
