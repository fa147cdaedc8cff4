/**
 * A part of FHIR R4 JSON of unknown quality. What is not of the shape that FHIR gives it counts as absent, and what is
 * left the clinic judges by its own rules.
 */
export type JsonObject = { readonly [key: string]: unknown }

/** The namespace under which the clinic keeps the FHIR id of what was imported; it makes a second run add nothing. */
export const fhirIdSystem = 'urn:caregraph:fhir-id'

/** Why something cannot be imported. The reason is for a report: it repeats no value of the resource. */
export class NotImportable extends Error {
  override readonly name = 'NotImportable'

  /** @param field the FHIR element that is at fault, such as `birthDate` */
  constructor(
    readonly field: string,
    reason: string,
  ) {
    super(reason)
  }
}

export interface Identifier {
  system: string
  value: string
}

export type Gender = 'FEMALE' | 'MALE' | 'OTHER' | 'UNKNOWN'

const genders: Record<string, Gender> = { female: 'FEMALE', male: 'MALE', other: 'OTHER', unknown: 'UNKNOWN' }
const formerUses: unknown[] = ['old', 'maiden']

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object at a key; an empty one where there is none. */
export function objectAt(object: JsonObject, key: string): JsonObject {
  const value = object[key]
  return isObject(value) ? value : {}
}

export function textAt(object: JsonObject, key: string): string | undefined {
  const value = object[key]
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

function textsAt(object: JsonObject, key: string): string[] {
  const values = object[key]
  const texts: string[] = Array.isArray(values) ? values.filter((value) => typeof value === 'string') : []
  return texts.map((text) => text.trim()).filter((text) => text !== '')
}

export function objectsAt(object: JsonObject, key: string): JsonObject[] {
  const values = object[key]
  return Array.isArray(values) ? values.filter(isObject) : []
}

/** The HumanName people are known by: its `text`, else its parts. Refuses a resource without one. */
export function nameOf(resource: JsonObject, { withPrefix = false } = {}): string {
  const names = objectsAt(resource, 'name')
  const name = preferred(names, 'official', 'usual') ?? names[0] ?? {}
  const spelled = [...textsAt(name, 'given'), textAt(name, 'family') ?? ''].join(' ').trim()
  const text = textAt(name, 'text')
  if (text !== undefined) return text
  if (spelled === '') throw new NotImportable('name', 'is missing')
  return withPrefix ? [...textsAt(name, 'prefix'), spelled].join(' ') : spelled
}

export function genderOf(resource: JsonObject): Gender {
  const gender = genders[textAt(resource, 'gender') ?? 'unknown']
  if (gender === undefined) throw new NotImportable('gender', 'is none of male, female, other, unknown')
  return gender
}

/** The current ContactPoint of a kind that FHIR ranks first; a low rank is preferred, none comes last. */
export function contactOf(resource: JsonObject, system: 'phone' | 'email'): string | undefined {
  const ranked = objectsAt(resource, 'telecom')
    .filter((contact) => contact['system'] === system && contact['use'] !== 'old' && textAt(contact, 'value'))
    .sort((one, other) => rankOf(one) - rankOf(other))
  return ranked[0] && textAt(ranked[0], 'value')
}

/** The current address on one line, as on an envelope. */
export function addressOf(resource: JsonObject): string | undefined {
  const address = preferred(objectsAt(resource, 'address'), 'home')
  if (!address) return undefined
  const region = [textAt(address, 'state'), textAt(address, 'postalCode')].filter(Boolean).join(' ')
  const line = [...textsAt(address, 'line'), textAt(address, 'city'), region, textAt(address, 'country')]
    .filter(Boolean)
    .join(', ')
  return textAt(address, 'text') ?? (line || undefined)
}

/** Every identifier that has both a system and a value, each once, and the FHIR id as one more. */
export function identifiersOf(identifiers: readonly JsonObject[], fhirId: string): Identifier[] {
  const kept = new Map<string, Identifier>()
  for (const identifier of [...identifiers, { system: fhirIdSystem, value: fhirId }]) {
    const system = textAt(identifier, 'system')
    const value = textAt(identifier, 'value')
    if (system && value) kept.set(JSON.stringify([system, value]), { system, value })
  }
  return [...kept.values()]
}

function preferred(candidates: readonly JsonObject[], ...uses: string[]): JsonObject | undefined {
  const current = candidates.filter((candidate) => !formerUses.includes(candidate['use']))
  const inOrder = uses.map((use) => current.find((candidate) => candidate['use'] === use))
  return inOrder.find((candidate) => candidate !== undefined) ?? current[0]
}

function rankOf(contact: JsonObject): number {
  return typeof contact['rank'] === 'number' ? contact['rank'] : Number.MAX_SAFE_INTEGER
}
