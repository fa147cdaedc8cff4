import { Refusal } from '@caregraph/refusals'
import type { Actor, Role } from './actor.js'
import { accessTokenSeconds } from './tokens.js'

/** Access tokens that are not to be taken any more although they have not run out. */
export interface Revocations {
  /**
   * Whether the session has ended, or the person has other roles by now than the token says. Refuses with
   * SERVICE_UNAVAILABLE while nobody has said yet what was revoked before: a process that has just started knows nothing.
   */
  has(actor: Pick<Actor, 'id' | 'roles' | 'sessionId'>): boolean
}

/** What the owner of the sessions tells the doors of the house. */
export interface RevocationList extends Revocations {
  endSession(sessionId: string, endedAt: Date): void
  /**
   * Tokens with the new roles pass, so that a refreshed one is good at once: no clock has to tell old from new. What is
   * heard twice, or late, changes nothing: of two changes the later one stands.
   */
  changeRoles(userId: string, roles: readonly Role[], changedAt: Date): void
  /** Takes what was revoked from the owner's own records. From the first time on the list is complete. */
  learn(revoked: Revoked): void
}

/** What was revoked after an instant. */
export interface Revoked {
  readonly sessions: readonly { readonly id: string; readonly endedAt: Date }[]
  readonly roles: readonly { readonly userId: string; readonly roles: readonly Role[]; readonly changedAt: Date }[]
  /** After which instant to ask the next time. */
  readonly next: Date
}

/** For how long a revocation can matter: a token's life, and a minute for an act that waited for its lock. */
export const revocationSeconds = accessTokenSeconds + 60

interface CurrentRoles {
  readonly roles: readonly Role[]
  readonly changedAt: number
}

/** Revocations as one process knows them. What is too old to matter is forgotten with the next one. */
export function createRevocations(): RevocationList {
  const endedSessions = new Map<string, number>()
  const currentRoles = new Map<string, CurrentRoles>()
  let isComplete = false

  const forgetBefore = (time: number) => {
    for (const [id, endedAt] of endedSessions) if (endedAt < time) endedSessions.delete(id)
    for (const [id, { changedAt }] of currentRoles) if (changedAt < time) currentRoles.delete(id)
  }
  const forgetOld = (newest: Date) => forgetBefore(newest.getTime() - revocationSeconds * 1000)
  const noteRoles = (userId: string, roles: readonly Role[], at: Date) => {
    const changedAt = at.getTime()
    if (changedAt > (currentRoles.get(userId)?.changedAt ?? 0)) currentRoles.set(userId, { roles, changedAt })
  }

  return {
    has({ id, roles, sessionId }) {
      if (!isComplete) throw new Refusal('SERVICE_UNAVAILABLE', { subgraph: 'auth' })
      const current = currentRoles.get(id)
      return endedSessions.has(sessionId) || (current !== undefined && !areSame(current.roles, roles))
    },

    endSession(sessionId, endedAt) {
      forgetOld(endedAt)
      endedSessions.set(sessionId, endedAt.getTime())
    },

    changeRoles(userId, roles, changedAt) {
      forgetOld(changedAt)
      noteRoles(userId, roles, changedAt)
    },

    learn({ sessions, roles, next }) {
      forgetOld(next)
      for (const { id, endedAt } of sessions) endedSessions.set(id, endedAt.getTime())
      for (const { userId, roles: current, changedAt } of roles) noteRoles(userId, current, changedAt)
      isComplete = true
    },
  }
}

function areSame(some: readonly Role[], others: readonly Role[]): boolean {
  return some.length === others.length && some.every((role) => others.includes(role))
}
