import { jsonLog, type Log } from './log.js'
import type { TelemetrySettings } from './settings.js'

export interface Telemetry {
  readonly log: Log
  /** Sends what is left, and shows no figures any more. */
  stop(): Promise<void>
}

/**
 * What a process tells of itself: log lines always, figures and traces where the settings ask for them. What shows and
 * sends them is loaded only then. Call it first, and `stop` last.
 * @param service who tells, such as `gateway` or `billing`
 */
export async function startTelemetry({
  service,
  settings,
  log = jsonLog(service),
}: {
  service: string
  settings: TelemetrySettings
  log?: Log
}): Promise<Telemetry> {
  const { metricsPort: port, host, collectorUrl, tracedShare } = settings
  const stops: (() => Promise<void>)[] = []
  if (port !== undefined) {
    const { serveMetrics } = await import('./serve-metrics.js')
    const { url, stop } = await serveMetrics({ port, host }).catch((error: { code?: unknown }) => {
      log.error('nobody can listen at HOST and METRICS_PORT', { host, port, fault: error.code })
      throw error
    })
    log.info('figures are shown', { url })
    stops.push(stop)
  }
  if (collectorUrl !== undefined) {
    const { exportTraces } = await import('./export-traces.js')
    stops.push(exportTraces({ service, collectorUrl, tracedShare, log }))
  }
  return {
    log,
    async stop() {
      for (const stop of stops.splice(0).reverse()) await stop()
    },
  }
}
