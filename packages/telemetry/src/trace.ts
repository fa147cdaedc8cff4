import { randomBytes } from 'node:crypto'

/** What a span may say besides its name: words of the code and of the schema, never what somebody typed. */
export interface SpanAttributes {
  readonly subgraph?: string
  /** query, mutation or subscription */
  readonly operation?: string
  /** The name that a client gave to his operation, such as DayView. */
  readonly operationName?: string | undefined
  /** The type of an event, such as InvoiceIssued. */
  readonly event?: string
}

export interface SpanDescription {
  readonly name: string
  /** `server` answers somebody, `client` asks somebody; `producer` and `consumer` are the two ends of a topic. */
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  readonly attributes?: SpanAttributes
}

export interface OpenSpan {
  /** What belongs to this span names it by this. */
  readonly traceparent: string
  end(isFailed: boolean): void
}

/** Who keeps spans. Without one, a trace is its id alone, which costs nothing. */
export interface Tracer {
  /** Whether the trace that begins now is one of those that are kept. */
  isKept(): boolean
  open(span: SpanDescription, where: { traceId: string } | { parent: string }): OpenSpan
}

let tracer: Tracer | undefined

/** From here on the spans of this process go to the tracer, until nobody is given. */
export function traceBy(by: Tracer | undefined): void {
  tracer = by
}

const form = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** The `traceparent` of W3C Trace Context, where the value is one of version 00; nothing else is carried any further. */
export function readTraceparent(value: unknown): string | undefined {
  return typeof value === 'string' && form.test(value) ? value : undefined
}

/** For log entries: what all that was done for one request has in common. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return traceparent?.slice(3, 35)
}

/** What every log entry about a request says of it. */
export const idsOf = ({ requestId, traceparent }: { requestId: string; traceparent?: string | undefined }) => ({
  requestId,
  traceId: traceIdOf(traceparent),
})

const isKept = (traceparent: string): boolean => (Number.parseInt(traceparent.slice(-2), 16) & 1) === 1

/**
 * Where a request enters the house its trace begins, as part of the client's own where he sent one. His word goes for
 * the trace's id and for nothing else: whether it is kept is decided here, or strangers would fill the collector.
 * @param requestId a UUID: without a client's trace, the trace's id is the request's, without its dashes
 */
export function inRequestTrace<T>(
  span: SpanDescription,
  { requestId, traceparent }: { requestId: string; traceparent: unknown },
  work: (traceparent: string) => Promise<T>,
  isFailed?: (answer: T) => boolean,
): Promise<T> {
  const parent = readTraceparent(traceparent)
  const traceId = parent?.slice(3, 35) ?? requestId.replaceAll('-', '')
  if (!tracer?.isKept()) return work(unkept(traceId, parent?.slice(36, 52)))
  const where = parent === undefined ? { traceId } : { parent: `${parent.slice(0, -2)}01` }
  return run(tracer.open(span, where), work, isFailed)
}

/** What begins by itself, such as a job, in a trace of its own. */
export function inNewTrace<T>(span: SpanDescription, work: (traceparent: string) => Promise<T>): Promise<T> {
  const traceId = randomBytes(16).toString('hex')
  return tracer?.isKept() ? run(tracer.open(span, { traceId }), work) : work(unkept(traceId))
}

/** A part of what `parent` names; where no trace is kept, nothing but the work. */
export function inSpan<T>(
  span: SpanDescription,
  parent: string | undefined,
  work: (traceparent: string | undefined) => Promise<T>,
  isFailed?: (answer: T) => boolean,
): Promise<T> {
  const opened = openSpan(span, parent)
  return opened === undefined ? work(parent) : run(opened, work, isFailed)
}

/** The same, where many end together; nothing where no trace is kept. */
export function openSpan(span: SpanDescription, parent: string | undefined): OpenSpan | undefined {
  return tracer !== undefined && parent !== undefined && isKept(parent) ? tracer.open(span, { parent }) : undefined
}

async function run<T>(
  span: OpenSpan,
  work: (traceparent: string) => Promise<T>,
  isFailed: (answer: T) => boolean = () => false,
): Promise<T> {
  try {
    const answer = await work(span.traceparent)
    span.end(isFailed(answer))
    return answer
  } catch (error) {
    span.end(true)
    throw error
  }
}

/** The id of a trace of which no span is kept. It has to name a span nevertheless. */
const unkept = (traceId: string, spanId = traceId.slice(16)): string => `00-${traceId}-${spanId}-00`
