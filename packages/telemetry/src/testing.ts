import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

/** A span as a collector gets it (OTLP in JSON). */
export interface CollectedSpan {
  readonly service: string
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly isFailed: boolean
  readonly attributes: Readonly<Record<string, unknown>>
}

export interface Collector {
  /** What OTEL_EXPORTER_OTLP_ENDPOINT is to say. */
  readonly url: string
  readonly spans: readonly CollectedSpan[]
  /** Everything that was sent, as it was sent. */
  readonly bodies: readonly string[]
  stop(): Promise<void>
}

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface Body {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<CollectedSpan, 'attributes'> & {
        readonly attributes: readonly Attribute[]
        readonly status: { readonly code?: number }
      })[]
    }[]
  }[]
}

const failed = 2

/** A collector of OTLP over HTTP, as far as a test needs one. `status` is what it answers. */
export async function startCollector({ status = () => 200 }: { status?: () => number } = {}): Promise<Collector> {
  const spans: CollectedSpan[] = []
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const sent = Buffer.concat(chunks)
    const body = String(request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent)
    const code = request.url === '/v1/traces' ? status() : 404
    if (code === 200) {
      bodies.push(body)
      spans.push(...spansOf(JSON.parse(body) as Body))
    }
    response.writeHead(code, { 'content-type': 'application/json' }).end('{}')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    bodies,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const spansOf = ({ resourceSpans }: Body): CollectedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, traceId, spanId, parentSpanId, attributes, status }) => ({
        service: String(recordOf(resource.attributes)['service.name']),
        name,
        traceId,
        spanId,
        parentSpanId: parentSpanId || undefined,
        isFailed: status.code === failed,
        attributes: recordOf(attributes),
      })),
    ),
  )

const recordOf = (attributes: readonly Attribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const line = /^(\w+)(?:\{(.*)\})? (\S+)$/
const label = /(\w+)="((?:[^"\\]|\\.)*)"/g

/** Reads Prometheus' text format. Throws at a line that is none of it. */
export function samplesOf(text: string): Sample[] {
  return text
    .split('\n')
    .filter((each) => each !== '' && !each.startsWith('#'))
    .map((each) => {
      const [, name, labels = '', value] = line.exec(each) ?? []
      if (name === undefined) throw new Error(`not a sample: ${each}`)
      const pairs = [...labels.matchAll(label)].map(([, key = '', said = '']) => [key, said])
      return { name, labels: Object.fromEntries(pairs), value: Number(value) }
    })
}

/** What a process shows at its METRICS_PORT. */
export async function readMetrics(url: string): Promise<Sample[]> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return samplesOf(await response.text())
}
