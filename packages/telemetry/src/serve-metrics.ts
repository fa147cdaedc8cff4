import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import prometheus from 'prom-client'
import { type Definition, type Gauge, type Recorder, recordMetrics } from './metric.js'
import { metrics } from './metrics.js'

/** From a cached answer to the longest deadline. */
const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export interface MetricsServer {
  readonly url: string
  stop(): Promise<void>
}

/** Records the figures of this process, and shows them at `GET /metrics` in Prometheus' text format. */
export async function serveMetrics({ port, host }: { port: number; host: string }): Promise<MetricsServer> {
  const registry = new prometheus.Registry()
  prometheus.collectDefaultMetrics({ register: registry })
  const recorder = recorderOf(registry)
  let shown: Promise<string> | undefined
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    // Many who look at once see the same look.
    shown ??= registry.metrics().finally(() => {
      shown = undefined
    })
    shown.then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  await once(server.listen(port, host), 'listening')
  recordMetrics(recorder)
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}/metrics`,
    async stop() {
      recordMetrics(undefined)
      registry.clear()
      server.close()
      server.closeAllConnections()
    },
  }
}

function recorderOf(registry: prometheus.Registry): Recorder {
  const counters = new Map<Definition, prometheus.Counter>()
  const histograms = new Map<Definition, prometheus.Histogram>()
  for (const metric of Object.values(metrics)) {
    const described = { name: metric.name, help: metric.help, labelNames: Object.keys(metric.labels) }
    const registers = [registry]
    if (metric.kind === 'counter') counters.set(metric, new prometheus.Counter({ ...described, registers }))
    else if (metric.kind === 'histogram') {
      histograms.set(metric, new prometheus.Histogram({ ...described, registers, buckets }))
    } else {
      const shown: prometheus.Gauge = new prometheus.Gauge({
        ...described,
        registers,
        collect: () => look(metric, shown),
      })
    }
  }
  return {
    count: (metric, labels, by) => counters.get(metric)?.inc(closed(metric, labels), by),
    observe: (metric, labels, seconds) => histograms.get(metric)?.observe(closed(metric, labels), seconds),
  }
}

async function look(metric: Gauge, shown: prometheus.Gauge): Promise<void> {
  const readings = await metric.readings()
  shown.reset()
  for (const { labels, value } of readings) shown.set(closed(metric, labels), value)
}

/** No label says anything but its own words, whoever calls. */
function closed({ labels: words }: Definition, labels: Readonly<Record<string, string>>): Record<string, string> {
  const said: Record<string, string> = {}
  for (const label in words) said[label] = words[label]?.includes(labels[label] ?? '') ? (labels[label] ?? '') : 'other'
  return said
}
