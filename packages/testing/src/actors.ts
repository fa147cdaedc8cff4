import { randomUUID } from 'node:crypto'
import { type Actor, InvalidToken, type Role, type VerifyToken } from '@caregraph/access'

const known = new Map<string, Actor>()

/** Somebody who has signed in: an ADMIN, where the test is not about who it is. */
export function anActor({ id = randomUUID(), roles = ['ADMIN'] }: { id?: string; roles?: Role[] } = {}): Actor {
  const token = randomUUID()
  const actor = { id, roles, sessionId: randomUUID(), expiresAt: Number.POSITIVE_INFINITY, token }
  known.set(token, actor)
  return actor
}

/** Knows the tokens of `anActor` and no other. */
export const verifyTestToken: VerifyToken = async (token) => {
  const actor = known.get(token)
  if (actor === undefined) throw new InvalidToken('unknown')
  return actor
}
