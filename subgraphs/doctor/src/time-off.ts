import { prepared, queryRows } from '@caregraph/database'
import { type Batch, groupedBy } from '@caregraph/subgraph'
import { In } from 'typeorm'
import { TimeOffRow } from './doctor.entity.js'

const inOrder = { startsAt: 'ASC', id: 'ASC' } as const

/** All time off of each doctor, what is over too. */
export const loadTimeOff: Batch<string, TimeOffRow[]> = async (doctorIds, { database }) => {
  const where = { doctorId: In([...doctorIds]) }
  const rows = await database.manager.find(TimeOffRow, { where, order: inOrder })
  return groupedBy(rows, ({ doctorId }) => doctorId)
}

const timeOffAhead = prepared(`
  SELECT id, doctor_id AS "doctorId", starts_at AS "startsAt", ends_at AS "endsAt", reason FROM "time_off"
  WHERE doctor_id = ANY ($1) AND ends_at > $2 ORDER BY starts_at, id`)

/** The time off of each doctor that has not ended yet. */
export const loadTimeOffAhead: Batch<string, TimeOffRow[]> = async (doctorIds, { database, now }) => {
  const rows = await queryRows<TimeOffRow>(database, timeOffAhead, [doctorIds, now()])
  return groupedBy(rows, ({ doctorId }) => doctorId)
}
