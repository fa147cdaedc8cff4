// type-graphql's decorators look for it; whoever declares a field imports @Allow from here.
import 'reflect-metadata'
import { type Actor, may, type Owner, type Permission } from '@caregraph/access'
import { Refusal } from '@caregraph/refusals'
import { Extensions } from 'type-graphql'

/**
 * Who may read a field or call it: anyone, anyone with a token, whoever holds the permission, or
 * (`as-parent`, for values such as money or a page) whoever was let through to the object that it is part of.
 */
export type Rule = 'public' | 'signed-in' | 'as-parent' | Permission

export interface AccessRule {
  readonly rule: Rule
  /** Whose the object is. Left out where a door further in decides by record. */
  readonly owner?: (object: never) => Owner
}

/**
 * The rule of a field, or of every field of a type that has none of its own. A schema in which a field is left
 * without one is refused at its start, so nothing is open because somebody forgot.
 */
export function Allow(
  rule: Rule,
  owner?: (object: never) => Owner,
): MethodDecorator & PropertyDecorator & ClassDecorator {
  const access: AccessRule = owner === undefined ? { rule } : { rule, owner }
  return Extensions({ access })
}

/** Refuses with UNAUTHENTICATED or FORBIDDEN. */
export function checkRule({ rule, owner }: AccessRule, actor: Actor | undefined, object: unknown): void {
  if (rule === 'public' || rule === 'as-parent') return
  if (actor === undefined) throw new Refusal('UNAUTHENTICATED')
  if (rule === 'signed-in') return
  if (!may(actor, rule, owner?.(object as never))) throw new Refusal('FORBIDDEN')
}
