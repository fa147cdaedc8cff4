import { errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import { type Actor, type Role, roles } from './actor.js'
import type { Revocations } from './revocations.js'

export const tokenIssuer = 'caregraph'
export const tokenAudience = 'caregraph'
/** RFC 9068: an access token says what it is, so that no other JWT of the house can pass for one. */
export const accessTokenType = 'at+jwt'
export const accessTokenSeconds = 600

/** Why a bearer token was not accepted. Never holds the token. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken'
}

export type VerifyToken = (token: string) => Promise<Actor>

const rememberedTokens = 10_000
const clockToleranceSeconds = 5

/**
 * Verifies access tokens with every check that jose has, since without options it accepts expired, foreign and
 * untyped ones (RFC 8725). What was verified once is remembered until it expires; a revoked token never passes.
 */
export function createTokenVerifier(options: {
  keys: JWTVerifyGetKey
  revocations: Revocations
  now: () => Date
}): VerifyToken {
  const verified = new LRUCache<string, Actor>({ max: rememberedTokens })
  return async (token) => {
    const now = options.now()
    const actor = verified.get(token) ?? (await verify(token, options.keys, now))
    if (actor.expiresAt <= now.getTime()) throw new InvalidToken('expired')
    if (options.revocations.has(actor)) throw new InvalidToken('revoked')
    verified.set(token, actor)
    return actor
  }
}

async function verify(token: string, keys: JWTVerifyGetKey, now: Date): Promise<Actor> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['EdDSA'],
      issuer: tokenIssuer,
      audience: tokenAudience,
      typ: accessTokenType,
      requiredClaims: ['sub', 'sid', 'roles', 'iat', 'exp', 'jti'],
      maxTokenAge: accessTokenSeconds,
      clockTolerance: clockToleranceSeconds,
      currentDate: now,
    })
    const { sub, exp, sid, roles: claimed } = payload as typeof payload & { sid: unknown; roles: unknown }
    if (typeof sub !== 'string' || typeof exp !== 'number' || typeof sid !== 'string' || !isRoles(claimed)) {
      throw new InvalidToken('claims')
    }
    return { id: sub, roles: claimed, sessionId: sid, expiresAt: exp * 1000, token }
  } catch (error) {
    if (error instanceof errors.JOSEError) throw new InvalidToken(error.code)
    throw error
  }
}

function isRoles(value: unknown): value is Role[] {
  return Array.isArray(value) && value.every((role) => roles.includes(role))
}

/** The token of an `Authorization: Bearer …` header or of `connectionParams.authorization` (RFC 6750). */
export function bearerToken(header: unknown): string | undefined {
  return typeof header === 'string' ? /^Bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1] : undefined
}
