import type { Actor, Role } from './actor.js'
import { accessTokenSeconds } from './tokens.js'

/** Access tokens that are not to be taken any more although they have not run out. */
export interface Revocations {
  /** Whether the session has ended, or the person has other roles by now than the token says. */
  has(actor: Pick<Actor, 'id' | 'roles' | 'sessionId'>): boolean
}

/** What the owner of the sessions tells the doors of the house. */
export interface RevocationList extends Revocations {
  endSession(sessionId: string, endedAt: Date): void
  /** Tokens with the new roles pass, so that a refreshed one is good at once: no clock has to tell old from new. */
  changeRoles(userId: string, roles: readonly Role[], changedAt: Date): void
}

/** For how long a revocation can matter: a token's life, and a minute for an act that waited for its lock. */
export const revocationSeconds = accessTokenSeconds + 60

/** Revocations within one process. What is too old to matter is forgotten with the next one. */
export function createRevocations(): RevocationList {
  const endedSessions = new Map<string, number>()
  const currentRoles = new Map<string, { roles: readonly Role[]; forgetAt: number }>()

  return {
    has({ id, roles, sessionId }) {
      const current = currentRoles.get(id)
      return endedSessions.has(sessionId) || (current !== undefined && !areSame(current.roles, roles))
    },

    endSession(sessionId, endedAt) {
      for (const [known, forgetAt] of endedSessions) if (forgetAt < endedAt.getTime()) endedSessions.delete(known)
      endedSessions.set(sessionId, endedAt.getTime() + revocationSeconds * 1000)
    },

    changeRoles(userId, roles, changedAt) {
      for (const [known, { forgetAt }] of currentRoles) if (forgetAt < changedAt.getTime()) currentRoles.delete(known)
      currentRoles.set(userId, { roles, forgetAt: changedAt.getTime() + revocationSeconds * 1000 })
    },
  }
}

function areSame(some: readonly Role[], others: readonly Role[]): boolean {
  return some.length === others.length && some.every((role) => others.includes(role))
}
