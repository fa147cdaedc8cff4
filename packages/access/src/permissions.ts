import { Refusal } from '@caregraph/refusals'
import type { Actor, Role } from './actor.js'

type Scope = 'all' | 'own'

const everyone = {
  ADMIN: 'own',
  FRONT_DESK: 'own',
  DOCTOR: 'own',
  BILLING: 'own',
  AUDITOR: 'own',
  PATIENT: 'own',
} as const
const desk = { ADMIN: 'all', FRONT_DESK: 'all' } as const

/** Who may do what: whoever is not named, may not. `own` reaches the rows that belong to the actor in that role. */
const catalogue = {
  'user:read': { ...everyone, ADMIN: 'all' },
  'user:create': { ADMIN: 'all' },
  'user:set-roles': { ADMIN: 'all' },
  'user:disable': { ADMIN: 'all' },
  'session:revoke': { ...everyone, ADMIN: 'all' },
  'password:change': everyone,

  'patient:read': { ...desk, DOCTOR: 'all', BILLING: 'all', PATIENT: 'own' },
  'patient:register': { ...desk, PATIENT: 'own' },
  'patient:update': { ...desk, PATIENT: 'own' },
  'patient:archive': { ...desk, PATIENT: 'own' },
  'patient:restore': { ...desk, PATIENT: 'own' },

  'doctor:read': { ...desk, DOCTOR: 'all', BILLING: 'all', PATIENT: 'all' },
  'doctor:add': { ADMIN: 'all' },
  'doctor:update': { ADMIN: 'all' },
  'doctor:archive': { ADMIN: 'all' },
  'weekly-hours:set': { ADMIN: 'all', DOCTOR: 'own' },
  'time-off:add': { ADMIN: 'all', DOCTOR: 'own' },
  'time-off:remove': { ADMIN: 'all', DOCTOR: 'own' },
  'time-off-reason:read': { ADMIN: 'all', DOCTOR: 'own' },

  'appointment:read': { ...desk, DOCTOR: 'own', BILLING: 'all', PATIENT: 'own' },
  'appointment:book': { ...desk, PATIENT: 'own' },
  'appointment:confirm': { ...desk, DOCTOR: 'own' },
  'appointment:cancel': { ...desk, DOCTOR: 'own', PATIENT: 'own' },
  'appointment:check-in': desk,
  'appointment:start': { ...desk, DOCTOR: 'own' },
  'appointment:complete': { ...desk, DOCTOR: 'own' },
  'appointment:mark-no-show': { ...desk, DOCTOR: 'own' },
  'service-type:save': { ADMIN: 'all' },

  'invoice:read': { ...desk, BILLING: 'all', PATIENT: 'own' },
  'invoice:edit': { BILLING: 'all' },
  'invoice:issue': { BILLING: 'all' },
  'invoice:void': { BILLING: 'all' },
  'payment:record': { FRONT_DESK: 'all', BILLING: 'all' },
  'payment:refund': { BILLING: 'all' },
  'claim:submit': { BILLING: 'all' },
  'claim:decide': { BILLING: 'all' },

  'statistics:read': { ADMIN: 'all', DOCTOR: 'own', BILLING: 'all' },
} as const satisfies Record<`${string}:${string}`, Partial<Record<Role, Scope>>>

export type Permission = keyof typeof catalogue
export const permissions = Object.keys(catalogue) as readonly Permission[]

/** How far a role reaches with a permission. Nothing where it is not named. */
export function scopeOf(role: Role, permission: Permission): Scope | undefined {
  const scopes: Partial<Record<Role, Scope>> = catalogue[permission]
  return scopes[role]
}

/** How far an actor reaches: every row, only the rows that are his in one of the named roles, or none. */
export type Reach =
  | { readonly kind: 'all' }
  | { readonly kind: 'own'; readonly roles: readonly Role[] }
  | { readonly kind: 'none' }

const reaches = new WeakMap<Actor, Map<Permission, Reach>>()

export function reachOf(actor: Actor | undefined, permission: Permission): Reach {
  if (actor === undefined) return { kind: 'none' }
  const known = reaches.get(actor) ?? new Map<Permission, Reach>()
  reaches.set(actor, known)
  const reach = known.get(permission) ?? reachOfRoles(actor.roles, permission)
  known.set(permission, reach)
  return reach
}

function reachOfRoles(roles: readonly Role[], permission: Permission): Reach {
  if (roles.some((role) => scopeOf(role, permission) === 'all')) return { kind: 'all' }
  const own = roles.filter((role) => scopeOf(role, permission) === 'own')
  return own.length > 0 ? { kind: 'own', roles: own } : { kind: 'none' }
}

/**
 * Whose a record is: the person's id for each role that can own it, so that a doctor who is also a patient
 * reaches each of his two kinds of visits by the right role. A plain id is that person's in every role.
 */
export type Owner = string | Partial<Record<Role, string | null>>

/** Whether the actor may do this with a record of that owner; without an owner, with any record at all. */
export function may(actor: Actor | undefined, permission: Permission, owner?: Owner): boolean {
  const reach = reachOf(actor, permission)
  if (reach.kind === 'all') return true
  if (reach.kind === 'none' || actor === undefined) return false
  if (owner === undefined) return true
  return reach.roles.some((role) => (typeof owner === 'string' ? owner : owner[role]) === actor.id)
}

/** Refuses with UNAUTHENTICATED or FORBIDDEN where `may` says no; answers who it is that may. */
export function permit(actor: Actor | undefined, permission: Permission, owner?: Owner): Actor {
  if (actor === undefined) throw new Refusal('UNAUTHENTICATED')
  if (!may(actor, permission, owner)) throw new Refusal('FORBIDDEN')
  return actor
}
