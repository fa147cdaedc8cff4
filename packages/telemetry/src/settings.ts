export interface TelemetrySettings {
  readonly host: string
  /** Where the figures are shown; nowhere without it. */
  readonly metricsPort: number | undefined
  /** The collector's address, before `/v1/traces`; without it no trace leaves the process. */
  readonly collectorUrl: string | undefined
  /** Of how many requests the traces are kept, from 0 to 1: decided where a trace begins, and for all of it. */
  readonly tracedShare: number
}

/** As much of a reader of settings as is used here: it gathers what is wrong. */
interface Reader {
  text(name: string, otherwise: string, isRight: (value: string) => boolean, rule: string): string
  whole(name: string, otherwise: undefined, least: number, most: number): number | undefined
}

/** Figures stay on the loopback, unless HOST opens the process to others. */
export function readTelemetrySettings({ text, whole }: Reader): TelemetrySettings {
  const collectorUrl = text(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    '',
    (value) => value === '' || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)),
    'give the address of a collector of OTLP over HTTP, such as http://localhost:4318',
  )
  const share = text(
    'OTEL_TRACES_SAMPLER_ARG',
    '1',
    (value) => /^(0|1|0?\.\d+)$/.test(value),
    'give the share of requests to trace, from 0 to 1, such as 0.1',
  )
  return {
    host: text('HOST', '127.0.0.1', () => true, ''),
    metricsPort: whole('METRICS_PORT', undefined, 0, 65_535),
    collectorUrl: collectorUrl === '' ? undefined : collectorUrl,
    tracedShare: Number(share),
  }
}
