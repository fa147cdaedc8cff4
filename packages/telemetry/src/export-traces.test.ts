import { afterEach, describe, expect, it, vi } from 'vitest'
import { exportTraces } from './export-traces.js'
import { serveMetrics } from './serve-metrics.js'
import { type Collector, readMetrics, startCollector } from './testing.js'
import { inRequestTrace, inSpan } from './trace.js'

const requestId = '01931b1e-7c2a-7def-8a3b-0123456789ab'
const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

function exporting(collector: Pick<Collector, 'url'>, tracedShare = 1) {
  const lines: string[] = []
  const write = (message: string) => void lines.push(message)
  const end = exportTraces({
    service: 'gateway',
    collectorUrl: collector.url,
    tracedShare,
    log: { info: write, error: write },
  })
  stops.push(end)
  return { lines, end }
}

async function collecting(options?: Parameters<typeof startCollector>[0]): Promise<Collector> {
  const collector = await startCollector(options)
  stops.push(() => collector.stop())
  return collector
}

const aRequest = (traceparent?: string) =>
  inRequestTrace(
    { name: 'query doctors', kind: 'server', attributes: { operation: 'query', operationName: 'n'.repeat(500) } },
    { requestId, traceparent },
    (within) =>
      inSpan({ name: 'ask doctor', kind: 'client', attributes: { subgraph: 'doctor' } }, within, async () => 7),
    () => true,
  )

describe('traces', () => {
  it('reach a collector over HTTP, each span below the one that it is a part of', async () => {
    const collector = await collecting()
    const { end } = exporting(collector)
    await aRequest()
    await end()
    const [ask, query] = collector.spans
    expect(query).toMatchObject({
      service: 'gateway',
      name: 'query doctors',
      traceId: requestId.replaceAll('-', ''),
      parentSpanId: undefined,
      isFailed: true,
      attributes: { 'graphql.operation.type': 'query', 'graphql.operation.name': 'n'.repeat(100) },
    })
    expect(ask).toMatchObject({
      name: 'ask doctor',
      traceId: query?.traceId,
      parentSpanId: query?.spanId,
      isFailed: false,
      attributes: { 'caregraph.subgraph': 'doctor' },
    })
  })

  it("are a part of the client's, where he sent one", async () => {
    const collector = await collecting()
    const { end } = exporting(collector)
    await aRequest('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00')
    await end()
    expect(collector.spans[1]).toMatchObject({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      parentSpanId: '00f067aa0ba902b7',
    })
  })

  it('of which none is to be kept are not sent, whatever the client wants', async () => {
    const collector = await collecting()
    const { end } = exporting(collector, 0)
    await aRequest('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')
    await end()
    expect(collector.bodies).toEqual([])
  })

  it('that a collector refuses are counted, and the log says so once until it takes some again', async () => {
    const figures = await serveMetrics({ port: 0, host: '127.0.0.1' })
    stops.push(() => figures.stop())
    let status = 400
    const collector = await collecting({ status: () => status })
    const { lines } = exporting(collector)
    const lost = async () =>
      (await readMetrics(figures.url)).find(({ name }) => name === 'caregraph_spans_lost_total')?.value
    await aRequest()
    await vi.waitUntil(async () => (await lost()) === 2, { timeout: 20_000 })
    await aRequest()
    await vi.waitUntil(async () => (await lost()) === 4, { timeout: 20_000 })
    expect(lines).toEqual(['the collector does not take traces'])
    status = 200
    await aRequest()
    await vi.waitUntil(() => collector.spans.length === 2, { timeout: 20_000 })
    status = 400
    await aRequest()
    await vi.waitUntil(() => lines.length === 2, { timeout: 20_000 })
  })

  it('delay nobody where the collector is away: neither the work nor the end of the process', async () => {
    const collector = await startCollector()
    await collector.stop()
    const { end } = exporting(collector)
    expect(await aRequest()).toBe(7)
    await end()
    expect(await aRequest()).toBe(7)
  })
})
