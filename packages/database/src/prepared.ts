import { createHash } from 'node:crypto'

/** A statement that each connection parses and plans once, and not each time that it is asked. */
export interface Prepared {
  readonly name: string
  readonly text: string
}

/**
 * For what is asked often and is planned alike whatever the values are: PostgreSQL may keep one plan for all of them.
 * A connection keeps every statement that it was given, so the texts of a program are a fixed number.
 */
export function prepared(text: string): Prepared {
  return { name: createHash('sha256').update(text).digest('base64url'), text }
}
