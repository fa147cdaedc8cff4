import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Client } from './client.js'
import { type Clinic, withClinic, withFolder } from './clinic.js'
import type { Figure, Measurement } from './figure.js'
import { quantile } from './numbers.js'
import { book, hirePeople, type People, visitNumber } from './people.js'
import { allDelivered, connectTo } from './postgres.js'

const bookings = 400
const everyMilliseconds = 50
const warmUp = 40
const people = 50

/** How long after a booking's answer its invoice is there for others to see, at a steady rate. */
export const eventLag: Measurement = {
  name: 'event-lag',
  run: () => withFolder((dataDirectory) => withClinic({ dataDirectory }, measureLag)),
}

async function measureLag({ admin, dataDirectory }: Clinic): Promise<Figure[]> {
  const staff = await hirePeople(admin, people)
  const postgresDirectory = join(dataDirectory, 'postgres')
  await allDelivered(postgresDirectory)
  const billing = await connectTo(postgresDirectory, 'billing')
  try {
    return [figureOfLag('standalone', await lagsOf(admin, staff, billing))]
  } finally {
    await billing.end()
  }
}

/** @param form of the clinic: all in one process, or each room in its own */
export function figureOfLag(form: string, lags: readonly number[]): Figure {
  const text = (share: number) => `${quantile(lags, share).toFixed(0)} ms`
  return {
    what: `from a booking’s answer to its invoice, ${1000 / everyMilliseconds} bookings a second, ${form}`,
    measured: `p50 ${text(0.5)}, p99 **${text(0.99)}**, longest ${text(1)}`,
    aim: 'p99 100 ms',
  }
}

/**
 * Books at a steady rate. Answers how many milliseconds after its answer each booking's invoice was there.
 * @param billing a connection to billing's database
 */
export async function lagsOf(admin: Client, staff: People, billing: pg.Client): Promise<number[]> {
  const invoicedAt = await hearOfInvoices(billing)
  const answeredAt = new Map<string, number>()
  const startedAt = performance.now()
  const answers: Promise<void>[] = []
  for (let number = 0; number < bookings; number++) {
    await delay(Math.max(0, startedAt + number * everyMilliseconds - performance.now()))
    const answer = book(admin, visitNumber(number, staff))
    answers.push(answer.then((id) => void answeredAt.set(id, performance.now())))
  }
  await Promise.all(answers)
  while ([...answeredAt.keys()].some((id) => !invoicedAt.has(id))) await delay(everyMilliseconds)
  return [...answeredAt].slice(warmUp).map(([id, at]) => Math.max(0, (invoicedAt.get(id) ?? Infinity) - at))
}

/** When each appointment's invoice was committed. PostgreSQL tells after the commit, so nobody has to look again and again. */
async function hearOfInvoices(billing: pg.Client): Promise<ReadonlyMap<string, number>> {
  await billing.query(`
    CREATE FUNCTION tell_invoice() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('invoice', NEW.appointment_id::text); RETURN NULL; END $$`)
  await billing.query(
    'CREATE TRIGGER tell_invoice AFTER INSERT ON invoices FOR EACH ROW EXECUTE FUNCTION tell_invoice()',
  )
  const heardAt = new Map<string, number>()
  billing.on('notification', ({ payload }) => void heardAt.set(payload ?? '', performance.now()))
  await billing.query('LISTEN invoice')
  return heardAt
}
