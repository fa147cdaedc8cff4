import { queryRows } from '@caregraph/database'
import { badInput } from '@caregraph/refusals'
import { type Batch, type Context, groupedBy } from '@caregraph/subgraph'
import { occupies } from './appointment.tables.js'
import type { Interval } from './calendar.rules.js'
import { openSlots } from './open-slots.rules.js'
import type { Doctor, OpenSlotsArgs, Slot } from './people.type.js'
import { loadServiceTypes } from './service-types.js'

const longestWindowDays = 31

/** Where this service type can be booked with the doctor in [from, to), from now on. */
export async function findOpenSlots(
  context: Context,
  { id, calendar }: Pick<Doctor, 'id' | 'calendar'>,
  { serviceType: code, from, to }: OpenSlotsArgs,
): Promise<Slot[]> {
  const now = context.now()
  if (to <= from) throw badInput('to', 'This lies after from.')
  if (to.getTime() - from.getTime() > longestWindowDays * 86_400_000) {
    throw badInput('to', `Ask for at most ${longestWindowDays} days at once.`)
  }
  const serviceType = await context.load(loadServiceTypes, code)
  if (!serviceType?.active) throw badInput('serviceType', 'This is not the code of an active service type.')

  const taken = (await context.load(loadTaken, { doctorId: id, from, to })) ?? []
  const slots = openSlots({
    calendar,
    taken,
    durationMinutes: serviceType.durationMinutes,
    from: from.getTime(),
    to: to.getTime(),
    now: now.getTime(),
  })
  return slots.map(({ startsAt, endsAt }) => ({ startsAt: new Date(startsAt), endsAt: new Date(endsAt) }))
}

interface Window {
  readonly doctorId: string
  readonly from: Date
  readonly to: Date
}

/** What occupies each doctor's time in his window. A request that has lapsed occupies none. */
const loadTaken: Batch<Window, Interval[]> = async (windows, { database, now }) => {
  const rows = await queryRows<{ place: number; startsAt: Date; endsAt: Date }>(
    database,
    `SELECT place, starts_at AS "startsAt", ends_at AS "endsAt"
     FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS asked (doctor_id, "from", "to", place)
     JOIN appointments USING (doctor_id)
     WHERE tstzrange(starts_at, ends_at) && tstzrange("from", "to") AND ${occupies}
       AND NOT (status IN ('HELD', 'PENDING') AND expires_at <= $4)`,
    [windows.map(({ doctorId }) => doctorId), windows.map(({ from }) => from), windows.map(({ to }) => to), now()],
  )
  const byPlace = groupedBy(rows, ({ place }) => place)
  return new Map(
    windows.map((window, index) => [
      window,
      (byPlace.get(index + 1) ?? []).map(({ startsAt, endsAt }) => ({
        startsAt: startsAt.getTime(),
        endsAt: endsAt.getTime(),
      })),
    ]),
  )
}
