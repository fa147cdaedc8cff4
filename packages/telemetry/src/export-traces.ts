import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base'
import type { Log } from './log.js'
import { metrics } from './metrics.js'
import { type SpanAttributes, type Tracer, traceBy } from './trace.js'

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
}

/** What waits for a collector that is away, and no more: what comes then is lost, as a trace is no record. */
const mostSpansWaiting = 2_048
const spansInABatch = 512
const batchEveryMilliseconds = 1_000
const exportWithinMilliseconds = 5_000
/** A process that ends does not wait any longer for a collector. */
const partingMilliseconds = 2_000
const longestAttribute = 100

/** Sends the spans of this process to a collector of OTLP over HTTP, in batches. The answered function ends it. */
export function exportTraces(options: {
  service: string
  collectorUrl: string
  /** Of how many traces that begin here the spans are kept, from 0 to 1. */
  tracedShare: number
  log: Log
}): () => Promise<void> {
  const url = `${options.collectorUrl.replace(/\/$/, '')}/v1/traces`
  const collector = new OTLPTraceExporter({ url, timeoutMillis: exportWithinMilliseconds })
  const ids = nextIds()
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.namespace': 'caregraph', 'service.name': options.service }),
    // What is kept was decided where the trace began.
    sampler: new AlwaysOnSampler(),
    idGenerator: ids,
    spanLimits: { attributeValueLengthLimit: longestAttribute },
    spanProcessors: [
      new BatchSpanProcessor(tellingOfLosses(collector, options.log), {
        maxQueueSize: mostSpansWaiting,
        maxExportBatchSize: spansInABatch,
        scheduledDelayMillis: batchEveryMilliseconds,
        exportTimeoutMillis: exportWithinMilliseconds,
      }),
    ],
  })
  traceBy(tracerOf(provider, ids, options.tracedShare))
  return async () => {
    traceBy(undefined)
    await Promise.race([
      provider.shutdown().catch(() => undefined),
      delay(partingMilliseconds, undefined, { ref: false }),
    ])
  }
}

function tracerOf(provider: BasicTracerProvider, ids: ReturnType<typeof nextIds>, tracedShare: number): Tracer {
  const tracer = provider.getTracer('caregraph')
  return {
    isKept: () => Math.random() < tracedShare,
    open({ name, kind, attributes = {} }, where) {
      if ('traceId' in where) ids.traceId = where.traceId
      const context = 'parent' in where ? contextOf(where.parent) : ROOT_CONTEXT
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes: named(attributes) }, context)
      return {
        traceparent: traceparentOf(span),
        end(isFailed) {
          // Without a message: that of a fault can hold what a database was given.
          if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR })
          span.end()
        },
      }
    },
  }
}

/** A trace has the id of the request that began it: OpenTelemetry asks for one at the start of its first span. */
function nextIds() {
  return {
    traceId: '',
    generateTraceId(): string {
      return this.traceId
    },
    generateSpanId: (): string => randomBytes(8).toString('hex'),
  }
}

function contextOf(parent: string) {
  const [, traceId = '', spanId = '', flags = ''] = parent.split('-')
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
  })
}

function traceparentOf(span: Span): string {
  const { traceId, spanId } = span.spanContext()
  return `00-${traceId}-${spanId}-01`
}

/** By OpenTelemetry's own names, where it has one. */
const named = ({ subgraph, operation, operationName, event }: SpanAttributes) => ({
  ...(subgraph !== undefined && { 'caregraph.subgraph': subgraph }),
  ...(operation !== undefined && { 'graphql.operation.type': operation }),
  ...(operationName !== undefined && { 'graphql.operation.name': operationName }),
  ...(event !== undefined && { 'caregraph.event': event }),
})

/** Counts what the collector does not take, and says so once until it takes something again. */
function tellingOfLosses(collector: SpanExporter, log: Log): SpanExporter {
  let isLosing = false
  return {
    export(spans, done) {
      collector.export(spans, (result) => {
        const isLost = result.code !== 0
        if (isLost) metrics.lostSpans.add({}, spans.length)
        if (isLost && !isLosing) log.error('the collector does not take traces')
        isLosing = isLost
        done(result)
      })
    },
    shutdown: () => collector.shutdown(),
  }
}
