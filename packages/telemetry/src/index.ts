export { jsonLog, type Log, traceOf } from './log.js'
export type { Counter, Gauge, Histogram, Reading } from './metric.js'
export { metrics } from './metrics.js'
export { readTelemetrySettings, type TelemetrySettings } from './settings.js'
export { startTelemetry, type Telemetry } from './start-telemetry.js'
export {
  idsOf,
  inNewTrace,
  inRequestTrace,
  inSpan,
  openSpan,
  readTraceparent,
  type SpanDescription,
  traceIdOf,
} from './trace.js'
