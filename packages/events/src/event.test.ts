import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { catalogue, type EventData, type EventType, eventTypes, topicOf } from './catalogue.js'
import { type AnyEvent, eventOf, parseEvent } from './event.js'

/** A schema as JSON Schema has it: what the tests read of one. */
interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly format?: string
  readonly pattern?: string
  readonly maxLength?: number
}

const schemaOf = (type: EventType): Schema => JSON.parse(JSON.stringify(catalogue[type].data))

/** The schema and every one inside it, with its path. */
function all(schema: Schema, path: string): [path: string, schema: Schema][] {
  const inner = [
    ...Object.entries(schema.properties ?? {}),
    ...(schema.anyOf ?? []).map((each, index): [string, Schema] => [`anyOf.${index}`, each]),
    ...(schema.items ? [['items', schema.items] as [string, Schema]] : []),
  ]
  return [[path, schema], ...inner.flatMap(([name, each]) => all(each, `${path}.${name}`))]
}

const everySchema = eventTypes.flatMap((type) => all(schemaOf(type), type))

/** Data that a schema takes. */
function sampleOf(schema: Schema): unknown {
  if (schema.anyOf) return sampleOf(schema.anyOf[0] ?? {})
  if (schema.properties) {
    return Object.fromEntries(Object.entries(schema.properties).map(([name, each]) => [name, sampleOf(each)]))
  }
  if (schema.items) return [sampleOf(schema.items)]
  if (schema.type === 'integer') return 7
  if (schema.type === 'boolean') return true
  const texts: Record<string, string> = {
    uuid: randomUUID(),
    'date-time': '2027-03-01T09:00:00.000Z',
    date: '2027-03-01',
  }
  return texts[schema.format ?? ''] ?? 'USD'
}

function sampleEvent<Type extends EventType>(type: Type): AnyEvent {
  const data = sampleOf(schemaOf(type)) as EventData<Type>
  return eventOf(type, randomUUID(), data, new Date('2027-03-01T09:00:00Z')) as AnyEvent
}

describe('the catalogue', () => {
  it('knows an owner and a sentence for each event, and names its topic by the owner', () => {
    for (const type of eventTypes) {
      expect(catalogue[type].when).toMatch(/^\w.+[^.]$/)
      expect(topicOf(type)).toBe(`${catalogue[type].owner}-events`)
    }
  })

  it('is closed: no object in it takes a field that it does not name', () => {
    const objects = everySchema.filter(([, schema]) => schema.properties !== undefined)
    const open = objects.filter(([, schema]) => schema.additionalProperties !== false).map(([path]) => path)
    expect(open).toEqual([])
  })

  it('needs every field of every object: what is not there is null and not missing', () => {
    for (const [path, { properties, required }] of everySchema) {
      if (properties) expect(required, path).toEqual(Object.keys(properties))
    }
  })

  it('has no field for free text: every text is an id, an instant, a day or a short code', () => {
    const people = ['Ada Lovelace', 'ada@example.com', '+1 415 555 0123', '12 Main Street', 'Éva', '']
    for (const [path, { type, format, pattern, maxLength }] of everySchema) {
      if (type !== 'string' || ['uuid', 'date-time', 'date'].includes(format ?? '')) continue
      expect(pattern, path).toMatch(/^\^.+\$$/)
      for (const text of people) expect(new RegExp(pattern ?? '').test(text), `${path}: ${text}`).toBe(false)
      expect(maxLength ?? 3, path).toBeLessThanOrEqual(64)
    }
  })
})

describe.each(eventTypes)('%s', (type) => {
  it('survives the way over the wire', () => {
    const event = sampleEvent(type)
    expect(parseEvent(JSON.parse(JSON.stringify(event)))).toEqual(event)
  })

  it('is refused with one field more, at any depth, without a word of what was in it', () => {
    for (const wrong of widened(sampleEvent(type).data)) {
      const event = { ...sampleEvent(type), data: wrong }
      expect(() => parseEvent(event)).toThrow(type)
      expect(() => eventOf(type, randomUUID(), wrong as never, new Date())).toThrow(type)
      expect(messageOf(() => parseEvent(event))).not.toContain('Lovelace')
    }
  })

  it('is refused without any one of its fields', () => {
    const { data } = sampleEvent(type)
    for (const name of Object.keys(data)) {
      const { [name]: _, ...rest } = data as Record<string, unknown>
      expect(() => parseEvent({ ...sampleEvent(type), data: rest }), name).toThrow(type)
    }
  })

  it('is refused with a name in any of its texts', () => {
    const { data } = sampleEvent(type)
    for (const [name, value] of Object.entries(data)) {
      if (typeof value !== 'string') continue
      const event = { ...sampleEvent(type), data: { ...data, [name]: 'Ada Lovelace' } }
      expect(() => parseEvent(event), name).toThrow(type)
      expect(messageOf(() => parseEvent(event))).not.toContain('Lovelace')
    }
  })
})

describe('what is no event', () => {
  const good = sampleEvent('PatientArchived')

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'PatientArchived'],
    ['a list', [good]],
    ['another version', { ...good, specversion: '0.3' }],
    ['a type of none', { ...good, type: 'PatientNamed' }],
    ['a type of every object', { ...good, type: 'constructor' }],
    ['an id that a database would refuse', { ...good, id: '7' }],
    ['no id', { ...good, id: undefined }],
    ['a subject that is no id', { ...good, subject: 'Ada Lovelace' }],
    ['a subject with a character that no database keeps', { ...good, subject: 'a\0' }],
    ['no subject', { ...good, subject: undefined }],
    ['a time that is none', { ...good, time: 'soon' }],
    ['a time without offset', { ...good, time: '2027-03-01T09:00:00' }],
    ['a time of a month that is none', { ...good, time: '2027-13-01T09:00:00Z' }],
    ['no data', { ...good, data: undefined }],
    ['data of another type', { ...good, data: sampleEvent('UserLoggedIn').data }],
  ])('is refused: %s', (_, value) => {
    expect(() => parseEvent(value)).toThrow()
    expect(messageOf(() => parseEvent(value))).not.toContain('Lovelace')
  })

  it('leaves behind what CloudEvents allows beside, and this house does not know', () => {
    expect(parseEvent({ ...good, patientname: 'Ada Lovelace' })).toEqual(good)
  })
})

/** The data with one field more, once for each object in it. */
function widened(data: object): object[] {
  const here = { ...data, 'Ada Lovelace': 'Ada Lovelace' }
  const inside = Object.entries(data).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? widened(value).map((wider) => ({ ...data, [name]: wider }))
      : [],
  )
  return [here, ...inside]
}

function messageOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return error instanceof Error ? error.message : 'no error'
  }
  return expect.fail('this was to be refused')
}
