import { type Batch, groupedBy } from '@caregraph/subgraph'
import { In, MoreThan } from 'typeorm'
import { TimeOffRow } from './doctor.entity.js'

const inOrder = { startsAt: 'ASC', id: 'ASC' } as const

/** All time off of each doctor, what is over too. */
export const loadTimeOff: Batch<string, TimeOffRow[]> = async (doctorIds, { database }) => {
  const where = { doctorId: In([...doctorIds]) }
  const rows = await database.manager.find(TimeOffRow, { where, order: inOrder })
  return groupedBy(rows, ({ doctorId }) => doctorId)
}

/** The time off of each doctor that has not ended yet. */
export const loadTimeOffAhead: Batch<string, TimeOffRow[]> = async (doctorIds, { database, now }) => {
  const where = { doctorId: In([...doctorIds]), endsAt: MoreThan(now()) }
  const rows = await database.manager.find(TimeOffRow, { where, order: inOrder })
  return groupedBy(rows, ({ doctorId }) => doctorId)
}
