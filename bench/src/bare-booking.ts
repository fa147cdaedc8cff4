import { randomInt, randomUUID } from 'node:crypto'
import { createRevocations } from '@caregraph/access'
import { appointment } from '@caregraph/appointment'
import { memoryCache } from '@caregraph/cache'
import { ensureDatabase, runningPostgres } from '@caregraph/embedded-postgres'
import { createLocalBus } from '@caregraph/events'
import { type Log, peersOf, SubgraphUnavailable } from '@caregraph/subgraph'
import pg from 'pg'
import { serviceType, type Visit } from './people.js'

const silent: Log = { info: () => undefined, error: () => undefined }

/** A database with the tables of the appointment subgraph, which came into it once and left, and connections to it. */
export async function openBareDatabase(postgresDirectory: string, connections: number): Promise<pg.Pool> {
  const postgres = await runningPostgres(postgresDirectory)
  if (postgres === undefined) throw new Error('PostgreSQL does not run')
  const databaseUrl = await ensureDatabase(postgres, 'bare_booking')
  const subgraph = await appointment.start({
    databaseUrl,
    bus: createLocalBus(),
    cache: memoryCache(() => new Date()),
    peers: peersOf((name) => {
      throw new SubgraphUnavailable(name)
    }),
    verifyToken: () => Promise.reject(new Error('nobody signs in here')),
    revocations: createRevocations(),
    clinic: { name: 'Bench', timeZone: 'UTC', currency: 'USD', country: 'US', publicUrl: 'http://localhost' },
    now: () => new Date(),
    log: silent,
    settings: {},
  })
  await subgraph.stop()
  const pool = new pg.Pool({ connectionString: databaseUrl, max: connections })
  await pool.query(`INSERT INTO service_types VALUES ($1, 'Visit', 30, 8000, 'USD', true) ON CONFLICT DO NOTHING`, [
    serviceType,
  ])
  return pool
}

/** The statements of a booking, and nothing around them: no rights, no rules, nobody told. */
export async function bookBare(pool: pg.Pool, visit: Visit): Promise<void> {
  const connection = await pool.connect()
  try {
    await connection.query('BEGIN')
    await connection.query('SELECT pg_advisory_xact_lock(1, $1), pg_advisory_xact_lock(2, $2)', [
      randomInt(2 ** 31),
      randomInt(2 ** 31),
    ])
    await connection.query(insert, valuesOf(visit))
    await connection.query('INSERT INTO outbox (event) VALUES ($1)', [eventOf(visit)])
    await connection.query('COMMIT')
  } finally {
    connection.release()
  }
}

/** As takeTime of the appointment subgraph has it. */
const insert = `
  WITH clashing AS (
    SELECT id, doctor_id AS "doctorId", status, starts_at AS "startsAt", expires_at AS "expiresAt" FROM appointments
    WHERE (doctor_id = $3::uuid OR patient_id = $2::uuid)
      AND tstzrange(starts_at, ends_at) && tstzrange($5::timestamptz, $6::timestamptz)
      AND status IN ('HELD', 'PENDING', 'CONFIRMED', 'CHECKED_IN', 'IN_PROGRESS', 'COMPLETED')),
  booked AS (
    INSERT INTO appointments (id, patient_id, doctor_id, service_type, starts_at, ends_at, status, expires_at,
      fee_minor_units, fee_currency, notes, created_at, version)
    SELECT $1::uuid, $2::uuid, $3::uuid, $4, $5::timestamptz, $6::timestamptz, $7::text, $8::timestamptz,
      $9::bigint, $10, $11, $12::timestamptz, $13::integer
    WHERE NOT EXISTS (SELECT FROM clashing)),
  noted AS (
    INSERT INTO appointment_status_changes (appointment_id, version, status, changed_at)
    SELECT $1::uuid, $13::integer, $7::text, $12::timestamptz WHERE NOT EXISTS (SELECT FROM clashing))
  SELECT * FROM clashing`

const endOf = ({ startsAt }: Visit): Date => new Date(startsAt.getTime() + 1_800_000)

const valuesOf = (visit: Visit): unknown[] => [
  randomUUID(),
  visit.patientId,
  visit.doctorId,
  serviceType,
  visit.startsAt,
  endOf(visit),
  'CONFIRMED',
  null,
  8000,
  'USD',
  null,
  new Date(),
  1,
]

const eventOf = (visit: Visit) => ({
  specversion: '1.0',
  id: randomUUID(),
  source: '/caregraph/appointment',
  type: 'AppointmentBooked',
  subject: randomUUID(),
  time: new Date(),
  datacontenttype: 'application/json',
  data: {
    ...visit,
    appointmentId: randomUUID(),
    serviceType,
    endsAt: endOf(visit),
    status: 'CONFIRMED',
    fee: { minorUnits: 8000, currency: 'USD' },
    previousStatus: null,
    bookedAt: new Date(),
  },
})
