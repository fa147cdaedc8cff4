import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { metrics } from './metrics.js'
import { type MetricsServer, serveMetrics } from './serve-metrics.js'
import { readMetrics } from './testing.js'

let server: MetricsServer
beforeEach(async () => {
  server = await serveMetrics({ port: 0, host: '127.0.0.1' })
})
afterEach(() => server.stop())

const valuesOf = async (name: string) =>
  (await readMetrics(server.url))
    .filter((sample) => sample.name === name)
    .map(({ labels, value }) => ({ labels, value }))

describe('GET /metrics', () => {
  it('shows what was counted and how long it took, since it is there', async () => {
    metrics.retries.add({ subgraph: 'doctor' })
    metrics.retries.add({ subgraph: 'doctor' }, 2)
    metrics.subgraphCalls.observe({ subgraph: 'billing', outcome: 'answered' }, 0.02)
    expect(await valuesOf('caregraph_subgraph_retries_total')).toEqual([{ labels: { subgraph: 'doctor' }, value: 3 }])
    const buckets = await valuesOf('caregraph_subgraph_call_duration_seconds_bucket')
    expect(buckets).toContainEqual({
      labels: { le: '0.01', subgraph: 'billing', outcome: 'answered' },
      value: 0,
    })
    expect(buckets).toContainEqual({
      labels: { le: '0.025', subgraph: 'billing', outcome: 'answered' },
      value: 1,
    })
  })

  it('looks up what is only known by looking, while somebody knows it', async () => {
    let sockets = 3
    const unread = metrics.openSockets.readBy(() => [{ labels: {}, value: sockets }])
    expect(await valuesOf('caregraph_open_sockets')).toEqual([{ labels: {}, value: 3 }])
    sockets = 4
    expect(await valuesOf('caregraph_open_sockets')).toEqual([{ labels: {}, value: 4 }])
    unread()
    const again = metrics.outboxLetters.readBy(async () => [{ labels: { subgraph: 'auth' }, value: 1 }])
    expect(await valuesOf('caregraph_outbox_letters')).toEqual([{ labels: { subgraph: 'auth' }, value: 1 }])
    again()
    expect(await valuesOf('caregraph_outbox_letters')).toEqual([])
  })

  it('leaves out what cannot be looked up, or not in time, and shows the rest', async () => {
    const unread = [
      metrics.outboxLetters.readBy(() => Promise.reject(new Error('the database is away'))),
      metrics.outboxLetters.readBy(async () => [{ labels: { subgraph: 'auth' }, value: 1 }]),
      metrics.outboxLetters.readBy(() => new Promise(() => undefined)),
    ]
    const samples = await readMetrics(server.url)
    for (const end of unread) end()
    expect(samples.filter(({ name }) => name === 'caregraph_outbox_letters')).toMatchObject([{ value: 1 }])
  })

  it('says in a label nothing but its own words, whatever it is given', async () => {
    metrics.retries.add({ subgraph: '7f3c0a9e-1c1e-7c55-9a64-5d0f3b1c2d4e' })
    metrics.turnedAway.add({ reason: 'ada@clinic.example' as 'RATE_LIMITED' })
    metrics.turnedAway.add({} as { reason: 'RATE_LIMITED' })
    expect(await valuesOf('caregraph_subgraph_retries_total')).toEqual([{ labels: { subgraph: 'other' }, value: 1 }])
    expect(await valuesOf('caregraph_turned_away_total')).toEqual([{ labels: { reason: 'other' }, value: 2 }])
  })

  it('tells of the process: memory, and for how long its loop was busy', async () => {
    const names = new Set((await readMetrics(server.url)).map(({ name }) => name))
    expect(names).toContain('process_resident_memory_bytes')
    expect(names).toContain('nodejs_eventloop_lag_p99_seconds')
  })

  it.each([
    ['GET', '/'],
    ['GET', '/metrics/patients'],
    ['POST', '/metrics'],
  ])('is all that this port answers: %s %s is not there', async (method, path) => {
    expect((await fetch(new URL(path, server.url), { method })).status).toBe(404)
  })
})
