import { newId } from '@caregraph/database'
import { readTraceparent } from '@caregraph/telemetry'
import { Type } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { catalogue, type EventData, type EventType, eventTypes } from './catalogue.js'

/** A CloudEvent 1.0 in structured JSON. `subject` is the id of the aggregate: events of one subject keep their order. */
export interface CareEvent<Type extends EventType = EventType> {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: Type
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  /** What the act was a part of: the extension "Distributed Tracing" of CloudEvents. */
  readonly traceparent?: string
  readonly data: EventData<Type>
}

/** Any event of the catalogue; its `type` tells which data it has. */
export type AnyEvent = { [Type in EventType]: CareEvent<Type> }[EventType]

const validators = new Map<EventType, Validator>()

function validatorOf(type: EventType): Validator {
  const known = validators.get(type) ?? Compile(catalogue[type].data)
  validators.set(type, known)
  return known
}

/** Makes an event. Throws where the data is not what the catalogue says: such an event must never be written. */
export function eventOf<Type extends EventType>(
  type: Type,
  subject: string,
  data: EventData<Type>,
  now: Date,
  traceparent?: string,
): CareEvent<Type> {
  if (!validatorOf(type).Check(data)) throw new Error(`${type}: ${faultsOf(type, data)}`)
  return {
    specversion: '1.0',
    id: newId(),
    source: `/caregraph/${catalogue[type].owner}`,
    type,
    subject,
    time: now.toISOString(),
    datacontenttype: 'application/json',
    ...(traceparent !== undefined && { traceparent }),
    data,
  }
}

/** What CloudEvents puts around the data. All ids are UUIDs, or the inbox of a consumer could not keep the event. */
const envelope = Compile(
  Type.Object({
    specversion: Type.Literal('1.0'),
    id: Type.String({ format: 'uuid' }),
    source: Type.String({ pattern: '^/caregraph/[a-z]+$' }),
    type: Type.Enum([...eventTypes]),
    subject: Type.String({ format: 'uuid' }),
    time: Type.String({ format: 'date-time' }),
    datacontenttype: Type.Literal('application/json'),
    data: Type.Object({}),
  }),
)

/** Reads an event off the wire. Throws where it is none of the catalogue; never says what was in it. */
export function parseEvent(value: unknown): AnyEvent {
  if (!envelope.Check(value)) throw new Error('not an event of the catalogue')
  const { specversion, id, source, type, subject, time, datacontenttype, data } = value
  // What does not name a trace makes no event wrong.
  const traceparent = readTraceparent((value as { traceparent?: unknown }).traceparent)
  if (!validatorOf(type).Check(data)) throw new Error(`${type}: ${faultsOf(type, data)}`)
  const traced = traceparent === undefined ? {} : { traceparent }
  return { specversion, id, source, type, subject, time, datacontenttype, ...traced, data } as AnyEvent
}

/** Reads the bytes of a message: the event, or why it is none, without a word of what was in it. */
export function readEvent(bytes: Buffer | null): AnyEvent | Error {
  if (bytes === null) return new Error('no value')
  let content: unknown
  try {
    content = JSON.parse(bytes.toString())
  } catch {
    // JSON.parse quotes what it could not read.
    return new Error('not JSON')
  }
  try {
    return parseEvent(content)
  } catch (error) {
    return error instanceof Error ? error : new Error('not an event')
  }
}

/** Where the data is wrong, and how. A field that is none of the catalogue's is not named: it can be somebody's name. */
function faultsOf(type: EventType, data: unknown): string {
  const faults = validatorOf(type)
    .Errors(data)
    .filter(({ keyword }) => keyword !== 'boolean')
  return faults.map(({ instancePath, message }) => `${instancePath || '/'} ${message}`).join('; ')
}
