import type { RefusalCode } from '@caregraph/refusals'

export type Path = readonly (string | number)[]

/** Why a field has no value, in the form in which a client reads it. */
export interface Fault {
  readonly message: string
  readonly extensions: { readonly code: RefusalCode; readonly params?: unknown }
  /**
   * Where inside the field the subgraph says that it happened. Without it nobody knows more than that the field has
   * no value: then the fault is shown where the answer has its null.
   */
  readonly below?: Path
}

export type DataObject = Record<string, unknown>

/** Which fields of which object are missing and why. Empty for nearly every request. */
export class Faults {
  readonly #byObject = new Map<object, Map<string, Fault[]>>()

  get isEmpty(): boolean {
    return this.#byObject.size === 0
  }

  add(object: object, field: string, fault: Fault): void {
    const fields = this.#byObject.get(object) ?? new Map<string, Fault[]>()
    this.#byObject.set(object, fields)
    fields.set(field, [...(fields.get(field) ?? []), fault])
  }

  of(object: object, field: string): readonly Fault[] | undefined {
    return this.#byObject.get(object)?.get(field)
  }
}

export function isObject(value: unknown): value is DataObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
