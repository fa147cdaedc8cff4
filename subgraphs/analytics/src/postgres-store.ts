import { type Database, prepared, queryRows } from '@caregraph/database'
import { groupedBy } from '@caregraph/subgraph'
import type { StatisticsStore, Sum } from './statistics-store.js'

/** The sum of one group: of the keys, only that by which it was grouped has a value. */
interface GroupSum extends Sum {
  readonly day: string | null
  readonly doctorId: string | null
  readonly serviceType: string | null
  readonly hourOfWeek: number | null
  readonly newestEventAt: Date
}

export type TableSet = 'a' | 'b'

/** The figures in one of the two sets of tables. */
export function postgresStore(database: Database, set: TableSet): StatisticsStore {
  const { countOnce, sumsByEachKey, sumsByDoctor } = statements[set]
  return {
    async count(entries, tx) {
      const values = [JSON.stringify(entries)]
      await (tx === undefined ? queryRows(database, countOnce, values) : tx.query(countOnce, values))
    },

    async sumsOfClinic({ from, to }) {
      const sums = await queryRows<GroupSum>(database, sumsByEachKey, [from, to])
      const newestEvents = sums.map(({ newestEventAt }) => newestEventAt.getTime())
      return {
        asOf: sums.length === 0 ? null : new Date(Math.max(...newestEvents)),
        byDay: groupedByKey(sums, ({ day }) => day),
        byDoctor: groupedByKey(sums, ({ doctorId }) => doctorId),
        byServiceType: groupedByKey(sums, ({ serviceType }) => serviceType),
        byHourOfWeek: groupedByKey(sums, ({ hourOfWeek }) => hourOfWeek),
      }
    },

    async sumsOfDoctors(asked) {
      const sums = await queryRows<Sum & { place: number }>(database, sumsByDoctor, [
        asked.map(({ doctorId }) => doctorId),
        asked.map(({ from }) => from),
        asked.map(({ to }) => to),
      ])
      const byPlace = groupedBy(sums, ({ place }) => place)
      return asked.map((_, index) => byPlace.get(index + 1) ?? [])
    },
  }
}

function groupedByKey<Key>(sums: readonly GroupSum[], keyOf: (sum: GroupSum) => Key | null): Map<Key, GroupSum[]> {
  const groups = new Map<Key, GroupSum[]>()
  for (const [key, group] of groupedBy(sums, keyOf)) if (key !== null) groups.set(key, group)
  return groups
}

/**
 * Remembers the events and counts those that were new, in one statement. Where the same event comes twice at once, the
 * second waits at its id for the first. All lock ids and then rows in one order, so that none waits in a circle.
 */
const countOnceIn = (figures: string, countedEvents: string) => `
  WITH entry AS (
    SELECT DISTINCT ON (id) id, time, changes
    FROM jsonb_to_recordset($1::jsonb) AS (id uuid, time timestamptz, changes jsonb)
    ORDER BY id
  ), counted AS (
    INSERT INTO ${countedEvents} (event_id) SELECT id FROM entry ORDER BY id ON CONFLICT DO NOTHING RETURNING event_id
  )
  INSERT INTO ${figures} AS known
    (day, figure, doctor_id, service_type, hour_of_week, currency, amount, newest_event_at)
  SELECT day, figure, "doctorId", "serviceType", "hourOfWeek", currency, sum(amount), max(time)
  FROM counted JOIN entry ON entry.id = counted.event_id CROSS JOIN jsonb_to_recordset(changes) AS change (
    day date, figure text, "doctorId" uuid, "serviceType" text, "hourOfWeek" smallint, currency text, amount bigint
  )
  GROUP BY day, figure, "doctorId", "serviceType", "hourOfWeek", currency
  ORDER BY day, figure, "doctorId", "serviceType", "hourOfWeek", currency
  ON CONFLICT (day, figure, doctor_id, service_type, hour_of_week, currency) DO UPDATE SET
    amount = known.amount + excluded.amount,
    newest_event_at = greatest(known.newest_event_at, excluded.newest_event_at)`

/** One range of the index, read once for all four groupings: so they are of one moment. */
const sumsByEachKeyIn = (figures: string) => `
  SELECT day, doctor_id AS "doctorId", service_type AS "serviceType", hour_of_week AS "hourOfWeek",
         figure, currency, sum(amount)::bigint AS amount, max(newest_event_at) AS "newestEventAt"
  FROM ${figures}
  WHERE day BETWEEN $1 AND $2
  GROUP BY figure, currency, GROUPING SETS ((day), (doctor_id), (service_type), (hour_of_week))
  ORDER BY day, doctor_id, service_type, hour_of_week, currency`

const sumsByDoctorIn = (figures: string) => `
  SELECT asked.place, figure, currency, sum(amount)::bigint AS amount
  FROM unnest($1::uuid[], $2::date[], $3::date[]) WITH ORDINALITY AS asked (doctor_id, first_day, last_day, place)
  JOIN ${figures} AS known ON known.doctor_id = asked.doctor_id AND known.day BETWEEN asked.first_day AND asked.last_day
  GROUP BY asked.place, figure, currency
  ORDER BY asked.place, currency`

const statementsOn = (figures: string, countedEvents: string) => ({
  countOnce: prepared(countOnceIn(figures, countedEvents)),
  sumsByEachKey: sumsByEachKeyIn(figures),
  sumsByDoctor: sumsByDoctorIn(figures),
})

const statements = {
  a: statementsOn('figures', 'counted_events'),
  b: statementsOn('figures_b', 'counted_events_b'),
}
