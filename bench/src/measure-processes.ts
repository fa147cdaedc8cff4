import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openTestClinic, requireEngines, type TestClinic } from '@caregraph/cluster/testing'
import { runningProgram } from '@caregraph/engines'
import pg from 'pg'
import { type Client, signIn } from './client.js'
import { administrator } from './clinic.js'
import type { Figure, Measurement } from './figure.js'
import { figureOfLag, lagsOf } from './measure-event-lag.js'
import { inTurns, median, ratePerSecond } from './numbers.js'
import { book, hirePeople, type People, visitNumber } from './people.js'
import { usageOf } from './process-tree.js'

const people = 200
const inFlight = 20
const bookingsPerTurn = 500
const turns = 5
const waiting = 10_000
const lookEveryMilliseconds = 50

/** The clinic as in production, each room a process of its own on real engines, which have to run (npm run engines). */
export const processes: Measurement = {
  name: 'processes',
  require: requireEngines,
  run: () =>
    withOpened(1, async (one) => [
      await memoryOf(one.clinic),
      ...(await withOpened(2, (two) => compareCopies(one, two))),
      figureOfLag('each room a process', await lagsOf(one.admin, await hirePeople(one.admin, people), one.billing)),
      await drain(one),
    ]),
}

interface Opened {
  readonly clinic: TestClinic
  readonly admin: Client
  readonly billing: pg.Client
}

async function withOpened<T>(appointmentCopies: number, work: (opened: Opened) => Promise<T>): Promise<T> {
  const clinic = await openTestClinic({
    copiesOf: { appointment: appointmentCopies },
    settings: { NODE_ENV: 'production', ADMIN_EMAIL: administrator.email, ADMIN_PASSWORD: administrator.password },
  })
  const billing = connectionTo(clinic, 'billing')
  try {
    await billing.connect()
    return await work({ clinic, admin: await signIn(clinic.url, administrator), billing })
  } finally {
    await billing.end()
    await clinic.close()
  }
}

function connectionTo({ databases }: TestClinic, room: string): pg.Client {
  return new pg.Client({ connectionString: databases.get(room) })
}

/** Two seconds after the last one was ready. */
async function memoryOf({ copies, home }: TestClinic): Promise<Figure> {
  await delay(2_000)
  const each = await Promise.all(
    copies.map(async ({ name }) => {
      const pid = (await runningProgram(join(home, name)))?.pid ?? Number.NaN
      return { name, megabytes: (await usageOf(pid)).megabytes }
    }),
  )
  const sum = each.reduce((total, { megabytes }) => total + megabytes, 0)
  const parts = each.map(({ name, megabytes }) => `${name} ${megabytes.toFixed(0)}`).join(', ')
  return { what: 'memory of each process (PSS), MB', measured: `${parts}; together ${sum.toFixed(0)}`, aim: '' }
}

async function compareCopies(one: Opened, two: Opened): Promise<Figure[]> {
  const [bookAtOne, bookAtTwo] = [await bookingsOf(one), await bookingsOf(two)]
  await bookAtOne()
  await bookAtTwo()
  const { a, b, ratio } = await inTurns(turns, bookAtTwo, bookAtOne)
  return [
    {
      what: `bookings a second, ${inFlight} in flight, each room a process: 2 copies of appointment against 1`,
      measured: `${median(a).toFixed(0)} against ${median(b).toFixed(0)}: **${ratio.toFixed(2)}**`,
      aim: '',
    },
  ]
}

async function bookingsOf({ admin, billing }: Opened): Promise<() => Promise<number>> {
  const staff: People = await hirePeople(admin, people)
  let booked = 0
  return async () => {
    const first = booked
    booked += bookingsPerTurn
    const rate = await ratePerSecond(bookingsPerTurn, inFlight, (index) =>
      book(admin, visitNumber(first + index, staff)),
    )
    await untilInvoices(billing, booked)
    return rate
  }
}

async function untilInvoices(billing: pg.Client, count: number): Promise<void> {
  while ((await countOf(billing, 'invoices')) < count) await delay(lookEveryMilliseconds)
}

async function countOf(database: pg.Client, table: 'invoices' | 'outbox'): Promise<number> {
  const { rows } = await database.query<{ count: string }>(`SELECT count(*) FROM ${table}`)
  return Number(rows[0]?.count)
}

/** As after an outage of Kafka: so many events wait in one outbox. */
async function drain({ clinic, billing }: Opened): Promise<Figure> {
  const appointment = connectionTo(clinic, 'appointment')
  await appointment.connect()
  try {
    const before = await countOf(billing, 'invoices')
    await appointment.query(manyBooked, [waiting, new Date().toISOString()])
    const startedAt = performance.now()
    while ((await countOf(appointment, 'outbox')) > 0) await delay(lookEveryMilliseconds)
    const carried = performance.now() - startedAt
    await untilInvoices(billing, before + waiting)
    const text = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`
    return {
      what: `${waiting.toLocaleString('en-US')} bookings that wait in an outbox: until Kafka has them, until all have an invoice`,
      measured: `${text(carried)}, ${text(performance.now() - startedAt)}`,
      aim: '',
    }
  } finally {
    await appointment.end()
  }
}

const manyBooked = `
  INSERT INTO outbox (event)
  SELECT jsonb_build_object('specversion', '1.0', 'id', gen_random_uuid(), 'source', '/caregraph/appointment',
    'type', 'AppointmentBooked', 'subject', id, 'time', $2::text, 'datacontenttype', 'application/json',
    'data', jsonb_build_object('appointmentId', id, 'patientId', gen_random_uuid(), 'doctorId', gen_random_uuid(),
      'serviceType', 'VISIT', 'startsAt', $2::text, 'endsAt', $2::text, 'status', 'CONFIRMED', 'previousStatus', null,
      'fee', jsonb_build_object('minorUnits', 8000, 'currency', 'USD'), 'bookedAt', $2::text))
  FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, $1::integer)) AS visits`
