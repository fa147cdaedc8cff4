import { newId } from '@caregraph/database'
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
    data,
  }
}

/** Reads an event off the wire. Throws where it is none of the catalogue; never says what was in it. */
export function parseEvent(value: unknown): AnyEvent {
  const event = value as Partial<CareEvent> | null
  const type = eventTypes.find((known) => known === event?.type)
  if (event?.specversion !== '1.0' || type === undefined) throw new Error('not an event of the catalogue')
  if (typeof event.id !== 'string' || typeof event.subject !== 'string' || typeof event.time !== 'string') {
    throw new Error(`${type}: id, subject and time are needed`)
  }
  if (!validatorOf(type).Check(event.data)) throw new Error(`${type}: ${faultsOf(type, event.data)}`)
  return event as AnyEvent
}

function faultsOf(type: EventType, data: unknown): string {
  const faults = validatorOf(type).Errors(data)
  return faults.map(({ instancePath, message }) => `${instancePath || '/'} ${message}`).join('; ')
}
