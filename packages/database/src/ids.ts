import { v7, validate } from 'uuid'

/** A UUIDv7 (RFC 9562): unique everywhere, and in the order of its making, which keeps indexes dense. */
export const newId = (): string => v7()

export const isId = (value: string): boolean => validate(value)
