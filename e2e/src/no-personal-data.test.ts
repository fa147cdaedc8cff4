import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runningPostgres } from '@caregraph/embedded-postgres'
import { type Collector, startCollector } from '@caregraph/telemetry/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, clientOf, signIn } from './client.js'
import { inFlight } from './in-flight.js'
import { aDoctor, aPatient, aServiceType, aUser, bookAppointment, inHours, invoiceOf } from './people.js'
import { postgresFolder } from './postgres.js'
import { administrator, type ClinicProcess, removeFolder, startClinicProcess } from './process.js'
import { seededRandom } from './random.js'
import { until } from './until.js'

/** In every name, e-mail, address, note, number, reason and password of this story. */
const mark = 'xyzzy'
const phone = '4155550198'
const dateOfBirth = '1931-07-23'
const password = `${mark}-is-no-common-password`
const databases = ['auth', 'patient', 'doctor', 'appointment', 'billing', 'analytics']
const malformedBodies = 7000

let collector: Collector
let clinic: ClinicProcess
let admin: Client
let billing: Client
const tokens: string[] = []
const urls: string[] = []
beforeAll(async () => {
  collector = await startCollector()
  clinic = await startClinicProcess({
    environment: { METRICS_PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  })
  await inEachDatabase(keepWhatIsSent)
  admin = await signIn(clinic.url)
  billing = await aUser(clinic.url, admin, ['BILLING', 'FRONT_DESK'])
  for (const { token } of [admin, billing]) tokens.push(token ?? '')
})
afterAll(async () => {
  await clinic.stop()
  await removeFolder(clinic.dataDirectory)
  await collector.stop()
})

const act = (name: string, type: string) => `mutation ($input: ${type}!) { ${name}(input: $input) { id } }`
const person = { name: `Ines ${mark}`, dateOfBirth, phone: `+1 ${phone}`, address: `1 ${mark} Street` }

describe('a whole day', () => {
  it('of people who are found, booked, seen, billed and let go', async () => {
    const stranger = clientOf(clinic.url)
    const credentials = { email: `${mark}@day.example`, password }
    const { register } = await stranger.get<{ register: { accessToken: string; refreshToken: string } }>(
      'mutation ($input: RegisterInput!) { register(input: $input) { accessToken refreshToken } }',
      { input: { name: person.name, ...credentials } },
    )
    const { refreshSession } = await stranger.get<{ refreshSession: { accessToken: string; refreshToken: string } }>(
      'mutation ($refreshToken: String!) { refreshSession(refreshToken: $refreshToken) { accessToken refreshToken } }',
      register,
    )
    tokens.push(...Object.values(register), ...Object.values(refreshSession))

    const doctorId = await aDoctor(admin, { name: `Dr. ${mark}`, email: `${mark}@doctor.example`, phone })
    const patientId = await aPatient(admin, {
      ...person,
      email: `${mark}@patient.example`,
      identifiers: [{ system: 'urn:record', value: `${mark}-1` }],
      insurancePolicies: [{ payer: `${mark} Mutual`, memberNumber: `${mark}-2`, validFrom: '2020-01-01' }],
    })
    await admin.get('mutation ($input: AddTimeOffInput!) { addTimeOff(input: $input) { id } }', {
      input: { doctorId, startsAt: inHours(500), endsAt: inHours(510), reason: `${mark} is ill` },
    })
    const visits = await inFlight(2, [30, 31, 32], async (hours) => {
      const input = { patientId, doctorId, serviceType: await aServiceType(admin), startsAt: inHours(hours) }
      const booked = await admin.get<{ bookAppointment: { id: string } }>(bookAppointment, {
        input: { ...input, notes: `${mark} hurts`, idempotencyKey: `${mark}-${hours}` },
      })
      return booked.bookAppointment.id
    })
    const [paid = '', voided = '', claimed = ''] = await inFlight(2, visits, (id) => invoiceOf(admin, id))
    await admin.get(act('cancelAppointment', 'CancelAppointmentInput'), {
      input: { id: visits[1], reason: 'OTHER', note: `${mark} moved` },
    })
    const amount = { minorUnits: 100, currency: 'USD' }
    const { recordPayment } = await billing.get<{ recordPayment: { id: string } }>(
      act('recordPayment', 'RecordPaymentInput'),
      { input: { invoiceId: paid, amount, method: 'CASH', reference: `${mark} paid` } },
    )
    await billing.get(act('refundPayment', 'RefundPaymentInput'), {
      input: { paymentId: recordPayment.id, amount, reason: `${mark} complained` },
    })
    await billing.get(act('submitClaim', 'SubmitClaimInput'), {
      input: { invoiceId: claimed, payer: `${mark} Mutual`, memberNumber: `${mark}-2`, amount },
    })
    const { invoice } = await admin.get<{ invoice: { pdfUrl: string } }>(
      'query ($id: ID!) { invoice(id: $id) { pdfUrl } }',
      { id: paid },
    )
    urls.push(invoice.pdfUrl)
    expect((await fetch(invoice.pdfUrl)).status).toBe(200)
    await billing.ask('mutation ($id: ID!, $reason: String!) { voidInvoice(id: $id, reason: $reason) { id } }', {
      id: voided,
      reason: `${mark} was wrong`,
    })
    for (const list of ['patients', 'doctors', 'users']) {
      await admin.get(`query ($search: String) { ${list}(search: $search) { edges { node { name email } } } }`, {
        search: mark,
      })
    }
    await admin.get(
      'mutation ($id: ID!, $reason: String!) { archivePatient(id: $id, reason: $reason) { archivedAt } }',
      { id: patientId, reason: `${mark} died` },
    )
  })

  it('of mistakes and refusals', async () => {
    const stranger = clientOf(clinic.url)
    const login = 'mutation ($input: LoginInput!) { login(input: $input) { __typename } }'
    await stranger.ask(login, { input: { email: `${mark}@day.example`, password: `wrong-${mark}` } })
    await stranger.ask(login, { input: { email: `nobody-${mark}@day.example`, password } })
    const patient = act('registerPatient', 'RegisterPatientInput')
    await admin.ask(patient, { input: { ...person, email: `${mark} at home` } })
    await admin.ask(patient, { input: { ...person, phone: `call ${mark}` } })
    await admin.ask(patient, { input: { ...person, dateOfBirth: `${mark}` } })
    await admin.ask(patient, { input: { ...person, name: `${mark}\0` } })
    await admin.ask(patient, { input: { ...person, [mark]: mark } })
    await admin.ask(`{ ${mark} }`)
    await admin.ask(`{ patients(search: "${mark}", after: "${mark}") { ${mark} } }`)
    await admin.ask(`query ${mark} { patients(search: "${mark}`)
    await clientOf(clinic.url, mark).ask('{ me { id } }')
    await fetch(`${clinic.url}/${mark}?${mark}=${phone}`, { headers: { 'user-agent': mark, authorization: mark } })
    await fetch(`${clinic.url}/invoices/${mark}.pdf?token=${mark}`)
    await fetch(`${clinic.url}/graphql?query={${mark}}`)
    const feed = admin.subscribe(`subscription { appointmentStatusChanged(patientId: "${mark}") { status } }`)
    await feed.next().catch(() => undefined)
  })

  it('of faults of the house itself', async () => {
    // PostgreSQL tells of a row that breaks such a rule with all that is in it.
    const rules: [database: string, table: string, column: string][] = [
      ['patient', 'patients', 'name'],
      ['doctor', 'doctors', 'name'],
      ['auth', 'users', 'name'],
      ['appointment', 'appointments', 'notes'],
      ['billing', 'payments', 'reference'],
    ]
    for (const [name, table, column] of rules) {
      await inDatabase(name, (database) =>
        database.query(`ALTER TABLE ${table} ADD CONSTRAINT fault CHECK (${column} NOT LIKE '%fault%') NOT VALID`),
      )
    }
    const fault = `${mark} fault`
    const [doctorId, patientId, serviceType] = [await aDoctor(admin), await aPatient(admin), await aServiceType(admin)]
    const visit = { doctorId, patientId, serviceType, startsAt: inHours(40) }
    const booked = await admin.get<{ bookAppointment: { id: string } }>(bookAppointment, { input: visit })
    const invoiceId = await invoiceOf(admin, booked.bookAppointment.id)
    const answers = [
      await admin.refusals(act('registerPatient', 'RegisterPatientInput'), { input: { ...person, name: fault } }),
      await admin.refusals(act('addDoctor', 'AddDoctorInput'), {
        input: { name: fault, specialization: 'OTHER', licenseNumber: fault, timeZone: 'UTC' },
      }),
      await admin.refusals('mutation ($input: RegisterInput!) { register(input: $input) { accessToken } }', {
        input: { name: fault, email: `${mark}@fault.example`, password },
      }),
      await admin.refusals(bookAppointment, { input: { ...visit, startsAt: inHours(41), notes: fault } }),
      await billing.refusals(act('recordPayment', 'RecordPaymentInput'), {
        input: { invoiceId, amount: { minorUnits: 1, currency: 'USD' }, method: 'CASH', reference: fault },
      }),
    ]
    expect(answers).toEqual(Array(5).fill(['INTERNAL_SERVER_ERROR']))

    // And every connection is cut while somebody is written down.
    const writing = inFlight(8, Array(40).fill(0), () =>
      admin.ask(act('registerPatient', 'RegisterPatientInput'), { input: person }),
    )
    await inDatabase('postgres', (database) =>
      database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY ($1)', [databases]),
    )
    await writing
    await until('the house to have recovered', async () => (await fetch(`${clinic.url}/health/ready`)).ok)
  })

  it(`of ${malformedBodies} malformed bodies: each is the sender's fault, and the house stands`, async () => {
    const random = seededRandom('malformed bodies')
    const whole = JSON.stringify({
      query: act('registerPatient', 'RegisterPatientInput'),
      variables: { input: { ...person, email: `${mark}@body.example` } },
    })
    const pieces = ['{', '}', '[', ']', '"', ':', ',', '\\', '\\u0000', '\0', '$', '!', '(', ')', '...', '#', '@', mark]
    const damaged = () => {
      let body = whole
      for (let changes = random.between(1, 4); changes > 0; changes--) {
        const [from, length] = [random.between(0, body.length), random.between(0, 12)]
        body = body.slice(0, from) + random.of(pieces) + body.slice(from + length)
      }
      return random.between(1, 4) === 1 ? body.slice(0, random.between(0, body.length)) : body
    }
    const bodies = Array.from({ length: malformedBodies }, damaged)
    const statuses = await inFlight(20, bodies, async (body) => (await admin.send(body)).status)
    expect(new Set(statuses)).toEqual(new Set([200, 400]))
    expect(await admin.refusals('{ me { id } }')).toEqual([])
  }, 120_000)
})

describe('after it, nothing that is personal', () => {
  it('stands in what the process has written', () => {
    const output = clinic.output()
    expect(output).toContain('a resolver failed')
    expectNothingPersonal(output)
  })

  it("stands in PostgreSQL's log, or in any file beside its tables", async () => {
    const folder = postgresFolder(clinic.dataDirectory)
    const tables = new Set(['base', 'global', 'pg_wal'])
    const files = (await readdir(clinic.dataDirectory, { recursive: true, withFileTypes: true })).filter(
      (file) => file.isFile() && !tables.has(file.parentPath.slice(folder.length + 1).split('/')[0] ?? ''),
    )
    expect(files.map(({ name }) => name)).toContain('server.log')
    for (const { parentPath, name } of files) expectNothingPersonal(await readFile(join(parentPath, name), 'latin1'))
  })

  it('was in any event, sent or received', async () => {
    const rows = (await inEachDatabase((database) => database.query<{ row: string }>(everythingSent))).flatMap(
      (found) => found.rows,
    )
    expect(rows.length).toBeGreaterThan(20)
    expectNothingPersonal(rows.map(({ row }) => row).join('\n'))
  })

  it('was in any span, or is in any figure', async () => {
    expect(collector.spans.length).toBeGreaterThan(100)
    expectNothingPersonal(collector.bodies.join('\n'))
    const url = /"url":"([^"]+\/metrics)"/.exec(clinic.output())?.[1] ?? ''
    const figures = await (await fetch(url)).text()
    expect(figures).toContain('caregraph_operation_duration_seconds_count')
    expectNothingPersonal(figures)
    const ids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}/
    expect(figures).not.toMatch(ids)
    const said = collector.spans.map(({ name, attributes }) => JSON.stringify({ name, attributes })).join('\n')
    expect(said).not.toMatch(ids)
  })

  it('is in a URL', () => {
    expect(urls.length).toBeGreaterThan(0)
    expectNothingPersonal(urls.join('\n'))
  })
})

function expectNothingPersonal(text: string): void {
  const personal = [mark, phone, dateOfBirth, administrator.password, ...tokens]
  const lower = text.toLowerCase()
  const found = personal.filter((each) => lower.includes(each.toLowerCase()))
  expect(found.map((each) => lower.slice(Math.max(0, lower.indexOf(each.toLowerCase()) - 200)).slice(0, 400))).toEqual(
    [],
  )
}

/** Events leave the outbox as soon as they are sent: this keeps a copy of each. */
const keepWhatIsSent = (database: pg.Client) =>
  database.query(`
    CREATE TABLE sent (event jsonb);
    CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
      $$ BEGIN INSERT INTO sent VALUES (NEW.event); RETURN NEW; END $$;
    CREATE TRIGGER keep BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION keep()`)

const everythingSent = `
  SELECT sent::text AS row FROM sent UNION ALL
  SELECT outbox::text FROM outbox UNION ALL
  SELECT inbox::text FROM inbox`

const inEachDatabase = <Answer>(work: (database: pg.Client) => Promise<Answer>): Promise<Answer[]> =>
  inFlight(1, databases, (name) => inDatabase(name, work))

async function inDatabase<Answer>(name: string, work: (database: pg.Client) => Promise<Answer>): Promise<Answer> {
  const postgres = await runningPostgres(postgresFolder(clinic.dataDirectory))
  if (postgres === undefined) throw new Error('PostgreSQL does not run')
  const database = new pg.Client({ connectionString: postgres.url(name) })
  await database.connect()
  try {
    return await work(database)
  } finally {
    await database.end()
  }
}
