import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openTestClinic, type TestClinic } from '@caregraph/cluster/testing'
import { describeOn } from '@caregraph/engines/testing'
import { metrics } from '@caregraph/telemetry'
import { type Collector, readMetrics, type Sample, startCollector } from '@caregraph/telemetry/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Client, signIn } from './client.js'
import { aDoctor, aPatient, aServiceType, bookAppointment, inHours } from './people.js'
import { administrator } from './process.js'
import { until } from './until.js'

const services = ['gateway', 'auth', 'patient', 'doctor', 'appointment', 'billing', 'analytics']
/** As a browser sends it that does not want to be traced: whether it is, is not for him to say. */
const clients = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', flags: '00' }

await describeOn('kafka', 'a clinic of processes, seen from outside', () => {
  let collector: Collector
  let clinic: TestClinic
  let admin: Client
  beforeAll(async () => {
    collector = await startCollector()
    clinic = await openTestClinic({
      settings: {
        ADMIN_EMAIL: administrator.email,
        ADMIN_PASSWORD: administrator.password,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      },
    })
    admin = await signIn(clinic.url)
  }, 180_000)
  afterAll(async () => {
    await clinic?.close()
    await collector?.stop()
  }, 60_000)

  /** What each process has written, entry by entry. Fails where a line is none. */
  async function logs(): Promise<Map<string, Record<string, unknown>[]>> {
    const files = (await readdir(clinic.home)).filter((file) => file.endsWith('.log'))
    const texts = await Promise.all(files.map((file) => readFile(join(clinic.home, file), 'utf8')))
    return new Map(
      texts.map((text, index) => [
        String(files[index]).slice(0, -'.log'.length),
        text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line)),
      ]),
    )
  }

  it('has one trace from the client over gateway, rooms, outbox and topic to the handlers and the live feed', async () => {
    const [doctorId, patientId, serviceType] = [await aDoctor(admin), await aPatient(admin), await aServiceType(admin)]
    const feed = admin.subscribe<{ appointmentStatusChanged: { status: string } }>(
      'subscription { appointmentStatusChanged { status appointment { patient { name } } } }',
    )
    const heard = feed.next()
    await until('the feed to be open', async () =>
      collector.spans.some(({ name }) => name === 'subscription appointmentStatusChanged'),
    )
    const response = await fetch(`${clinic.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${admin.token}`,
        traceparent: `00-${clients.traceId}-${clients.spanId}-${clients.flags}`,
      },
      body: JSON.stringify({
        query: bookAppointment.replace('mutation', 'mutation BookAVisit'),
        variables: { input: { doctorId, patientId, serviceType, startsAt: inHours(30) } },
      }),
    })
    expect(await response.json()).toMatchObject({ data: { bookAppointment: { status: 'CONFIRMED' } } })
    expect((await heard).value.data.appointmentStatusChanged.status).toBe('CONFIRMED')
    await feed.return(undefined)

    const expected = [
      'gateway: mutation bookAppointment',
      'gateway: ask appointment',
      'appointment: answer mutation',
      'appointment: ask patient',
      'patient: answer query',
      'appointment: ask doctor',
      'doctor: answer query',
      'appointment: transaction',
      'appointment: publish AppointmentBooked',
      'billing: handle AppointmentBooked',
      'analytics: handle AppointmentBooked',
      'gateway: subscription appointmentStatusChanged',
      'gateway: ask patient',
    ]
    const ofTheTrace = () => collector.spans.filter(({ traceId }) => traceId === clients.traceId)
    const names = () => new Set(ofTheTrace().map(({ service, name }) => `${service}: ${name}`))
    await until('the whole trace', async () => expected.every((each) => names().has(each)))
    const ids = new Set([clients.spanId, ...ofTheTrace().map(({ spanId }) => spanId)])
    const orphans = ofTheTrace().filter(({ parentSpanId }) => !ids.has(parentSpanId ?? ''))
    expect(orphans.map(({ service, name }) => `${service}: ${name}`)).toEqual([])
    const door = ofTheTrace().find(({ name }) => name === 'mutation bookAppointment')
    expect(door).toMatchObject({
      parentSpanId: clients.spanId,
      attributes: { 'graphql.operation.type': 'mutation', 'graphql.operation.name': 'BookAVisit' },
    })
  })

  it('shows its figures on a port of each process, with labels of a closed list', async () => {
    const shown = new Map<string, Sample[]>()
    for (const [service, entries] of await logs()) {
      const url = entries.find(({ message }) => message === 'figures are shown')?.['url']
      shown.set(service, await readMetrics(String(url)))
    }
    expect([...shown.keys()].sort()).toEqual(services.toSorted())

    const words = new Map<string, Readonly<Record<string, readonly string[]>>>(
      Object.values(metrics).map(({ name, labels }) => [name, labels]),
    )
    const ours = [...shown.values()].flat().filter(({ name }) => name.startsWith('caregraph_'))
    for (const { name, labels } of ours) {
      const { le: _, ...said } = labels
      const allowed = words.get(name.replace(/_(bucket|sum|count)$/, ''))
      for (const [label, word] of Object.entries(said)) expect(allowed?.[label], `${name} ${label}`).toContain(word)
    }

    const figure = (service: string, name: string, labels: object = {}) =>
      shown.get(service)?.filter((sample) => sample.name === name && contains(sample.labels, labels)).length
    expect({
      requests: figure('gateway', 'caregraph_http_request_duration_seconds_count', { route: 'graphql', status: '2xx' }),
      operations: figure('gateway', 'caregraph_operation_duration_seconds_count', { operation: 'mutation' }),
      calls: figure('gateway', 'caregraph_subgraph_call_duration_seconds_count', { subgraph: 'appointment' }),
      peers: figure('appointment', 'caregraph_subgraph_call_duration_seconds_count', { subgraph: 'doctor' }),
      outbox: figure('appointment', 'caregraph_outbox_oldest_letter_age_seconds', { subgraph: 'appointment' }),
      outboxOnMysql: figure('doctor', 'caregraph_outbox_oldest_letter_age_seconds', { subgraph: 'doctor' }),
      pool: figure('doctor', 'caregraph_database_waiting', { subgraph: 'doctor' }),
      lag: figure('billing', 'caregraph_consumer_lag_events', { consumer: 'billing', topic: 'appointment-events' }),
      dead: figure('billing', 'caregraph_inbox_events', { consumer: 'billing', state: 'dead' }),
      figures: figure('analytics', 'caregraph_inbox_events', { consumer: 'analytics', state: 'waiting' }),
    }).toEqual({
      ...{ requests: 1, operations: 1, calls: 1, peers: 1 },
      ...{ outbox: 1, outboxOnMysql: 1, pool: 1, lag: 1, dead: 1, figures: 1 },
    })
    for (const service of services) expect(figure(service, 'nodejs_eventloop_lag_p99_seconds')).toBe(1)
  })

  it('writes lines of JSON, each with its time, its level, its process and what happened', async () => {
    const entries = [...(await logs())].flatMap(([service, lines]) => lines.map((line) => ({ file: service, line })))
    expect(entries.length).toBeGreaterThanOrEqual(services.length)
    for (const { file, line } of entries) {
      expect(line).toMatchObject({
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        level: expect.stringMatching(/^(info|error)$/),
        service: file,
        message: expect.any(String),
      })
    }
  })
})

const contains = (labels: Readonly<Record<string, string>>, wanted: object): boolean =>
  Object.entries(wanted).every(([label, word]) => labels[label] === word)
