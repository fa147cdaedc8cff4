import { type RevocationList, type Revoked, revocationBell, revocationSeconds } from '@caregraph/access'
import type { Cache } from '@caregraph/cache'
import { type Database, queryRows } from '@caregraph/database'
import type { SessionRow, UserRow } from './user.entity.js'

/** An act says when it began, waits for a lock and is committed later; and the clocks of two copies differ a little. */
const lateSeconds = 120

/** What was revoked after the instant; without one, all that a token can still live to see. */
export async function revokedAfter(database: Database, after: Date | undefined, now: Date): Promise<Revoked> {
  const secondsAgo = (seconds: number) => new Date(now.getTime() - seconds * 1000)
  const next = secondsAgo(lateSeconds)
  // A clock that was set back must not skip what happens until it is there again.
  const since = after === undefined ? secondsAgo(revocationSeconds) : after < next ? after : next
  const [ended, changed] = await Promise.all([
    queryRows<Pick<SessionRow, 'id'> & { endedAt: Date }>(
      database,
      'SELECT id, ended_at AS "endedAt" FROM sessions WHERE ended_at > $1',
      [since],
    ),
    queryRows<Pick<UserRow, 'id' | 'roles'> & { changedAt: Date }>(
      database,
      'SELECT id, roles, roles_changed_at AS "changedAt" FROM users WHERE roles_changed_at > $1',
      [since],
    ),
  ])
  return {
    sessions: ended,
    roles: changed.map(({ id, roles, changedAt }) => ({ userId: id, roles, changedAt })),
    next,
  }
}

/** For the other processes of the clinic: ids and roles, no person. */
export async function publishRevoked(request: Request, database: Database, now: Date): Promise<Response> {
  const given = new URL(request.url).searchParams.get('after')
  const after = given === null ? undefined : new Date(given)
  if (after !== undefined && Number.isNaN(after.getTime())) return new Response(null, { status: 400 })
  return Response.json(await revokedAfter(database, after, now), { headers: { 'cache-control': 'no-store' } })
}

/** A list whose changes wake all who follow it, in this process and in others. */
export function rung(list: RevocationList, cache: Cache): RevocationList {
  return {
    ...list,
    endSession(sessionId, endedAt) {
      list.endSession(sessionId, endedAt)
      cache.ring(revocationBell)
    },
    changeRoles(userId, roles, changedAt) {
      list.changeRoles(userId, roles, changedAt)
      cache.ring(revocationBell)
    },
  }
}
