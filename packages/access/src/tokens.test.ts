import {
  CompactSign,
  createLocalJWKSet,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { createRevocations } from './revocations.js'
import {
  accessTokenSeconds,
  accessTokenType,
  bearerToken,
  createTokenVerifier,
  InvalidToken,
  tokenAudience,
  tokenIssuer,
  type VerifyToken,
} from './tokens.js'

const kid = 'the-signing-key'
const issuedAt = Date.parse('2027-03-01T08:00:00Z') / 1000
const header = { alg: 'EdDSA', typ: accessTokenType, kid }
const claims = {
  iss: tokenIssuer,
  aud: tokenAudience,
  sub: 'ada',
  sid: 'session-1',
  roles: ['DOCTOR', 'PATIENT'],
  iat: issuedAt,
  exp: issuedAt + accessTokenSeconds,
  jti: 'token-1',
}

type Pair = Awaited<ReturnType<typeof generateKeyPair>>
let ours: Pair
let foreign: Pair
let publicJwk: JWK
let now: Date
let verify: VerifyToken
const revocations = createRevocations()

beforeAll(async () => {
  ours = await generateKeyPair('EdDSA', { extractable: true })
  foreign = await generateKeyPair('EdDSA', { extractable: true })
  publicJwk = { ...(await exportJWK(ours.publicKey)), kid, alg: 'EdDSA', use: 'sig' }
  now = new Date((issuedAt + 1) * 1000)
  revocations.learn({ sessions: [], roles: [], next: now })
  verify = createTokenVerifier({ keys: createLocalJWKSet({ keys: [publicJwk] }), revocations, now: () => now })
})

const signed = (payload: JWTPayload, protectedHeader: JWTHeaderParameters = header, key: unknown = ours.privateKey) =>
  new SignJWT(payload).setProtectedHeader(protectedHeader).sign(key as Pair['privateKey'])

const { sub, sid, roles, iat, exp, jti, iss, aud } = claims
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('a token that is accepted', () => {
  it('tells who it is, in which session, until when', async () => {
    const token = await signed(claims)
    expect(await verify(token)).toEqual({
      id: 'ada',
      roles: ['DOCTOR', 'PATIENT'],
      sessionId: 'session-1',
      expiresAt: exp * 1000,
      token,
    })
  })
})

describe('a token is refused', () => {
  const wrong: Record<string, () => Promise<string>> = {
    'that nobody signed': async () => new UnsecuredJWT(claims).encode(),
    'that says it needs no signature, and has none': async () => `${part({ ...header, alg: 'none' })}.${part(claims)}.`,
    'that is signed by HMAC with the bytes of the public key': async () =>
      signed(claims, { ...header, alg: 'HS256' }, Buffer.from(publicJwk.x ?? '', 'base64url')),
    'that is signed by HMAC with the text of the public key': async () =>
      signed(claims, { ...header, alg: 'HS256' }, Buffer.from(await exportSPKI(ours.publicKey))),
    'of a foreign key under our key id': async () => signed(claims, header, foreign.privateKey),
    'of a foreign key under its own id': async () => signed(claims, { ...header, kid: 'foreign' }, foreign.privateKey),
    'of a foreign key without an id': async () =>
      signed(claims, { alg: 'EdDSA', typ: accessTokenType }, foreign.privateKey),
    'that brings its own key along': async () =>
      signed(claims, { ...header, jwk: await exportJWK(foreign.publicKey) }, foreign.privateKey),
    'of another algorithm': async () =>
      signed(claims, { ...header, alg: 'ES256' }, (await generateKeyPair('ES256')).privateKey),
    'whose claims were changed after it was signed': async () => {
      const [head, , signature] = (await signed(claims)).split('.')
      return `${head}.${part({ ...claims, roles: ['ADMIN'] })}.${signature}`
    },
    'whose header was changed after it was signed': async () => {
      const [, payload, signature] = (await signed(claims)).split('.')
      return `${part({ ...header, extra: 1 })}.${payload}.${signature}`
    },
    'whose signature is cut short': async () => (await signed(claims)).slice(0, -4),
    'that has a critical extension which we do not know': async () =>
      `${part({ ...header, crit: ['exp'], exp: 0 })}.${part(claims)}.${(await signed(claims)).split('.')[2]}`,

    'of another issuer': async () => signed({ ...claims, iss: 'another' }),
    'without an issuer': async () => signed({ sub, sid, roles, iat, exp, jti, aud }),
    'for another audience': async () => signed({ ...claims, aud: 'another' }),
    'without an audience': async () => signed({ sub, sid, roles, iat, exp, jti, iss }),
    'of another type': async () => signed(claims, { ...header, typ: 'JWT' }),
    'without a type': async () => signed(claims, { alg: 'EdDSA', kid }),

    'that is a second past its end': async () => signed({ ...claims, iat: issuedAt - 600, exp: issuedAt }),
    'that was issued in the future': async () => signed({ ...claims, iat: issuedAt + 60, exp: issuedAt + 660 }),
    'that is not valid yet': async () => signed({ ...claims, nbf: issuedAt + 60 }),
    'that was issued too long ago, however late it ends': async () =>
      signed({ ...claims, iat: issuedAt - 3_600, exp: issuedAt + 86_400 }),

    'without a person': async () => signed({ sid, roles, iat, exp, jti, iss, aud }),
    'without a session': async () => signed({ sub, roles, iat, exp, jti, iss, aud }),
    'without roles': async () => signed({ sub, sid, iat, exp, jti, iss, aud }),
    'without its instant': async () => signed({ sub, sid, roles, exp, jti, iss, aud }),
    'without an end': async () => signed({ sub, sid, roles, iat, jti, iss, aud }),
    'without an id': async () => signed({ sub, sid, roles, iat, exp, iss, aud }),
    'whose session is no text': async () => signed({ ...claims, sid: 7 }),
    'whose roles are no list': async () => signed({ ...claims, roles: 'ADMIN' }),
    'with a role that is none': async () => signed({ ...claims, roles: ['PATIENT', 'ROOT'] }),

    'that is empty': async () => '',
    'that is no token': async () => 'a.b.c',
    'that is encrypted': async () => 'a.b.c.d.e',
    'that signs a list': async () =>
      new CompactSign(Buffer.from('[]')).setProtectedHeader(header).sign(ours.privateKey),
  }
  it.each(Object.keys(wrong))('%s', async (name) => {
    const token = await wrong[name]?.()
    await expect(verify(token ?? 'none was made')).rejects.toThrow(InvalidToken)
  })

  it('of another algorithm, also where the keys would take it', async () => {
    const secret = Buffer.from(publicJwk.x ?? '', 'base64url')
    const trusting = createTokenVerifier({ keys: async () => secret, revocations, now: () => now })
    const token = await signed(claims, { ...header, alg: 'HS256' }, secret)
    await expect(trusting(token)).rejects.toThrow(InvalidToken)
  })

  it('without a word of it in the fault', async () => {
    const token = await signed({ ...claims, aud: 'another' })
    const fault: unknown = await verify(token).catch((error: unknown) => error)
    expect(String(fault)).not.toContain(token.slice(0, 20))
  })
})

describe('a token that was accepted before is refused', () => {
  const once = async (jti: string, sid = jti) => {
    const token = await signed({ ...claims, jti, sid })
    await verify(token)
    return token
  }

  it('from the second of its end on', async () => {
    const token = await once('short')
    now = new Date((exp - 1) * 1000)
    await verify(token)
    now = new Date(exp * 1000)
    await expect(verify(token)).rejects.toThrow('expired')
    now = new Date((issuedAt + 1) * 1000)
  })

  it('as soon as its session is ended, and those of other sessions are not', async () => {
    const [ended, other] = [await once('ended'), await once('other')]
    revocations.endSession('ended', now)
    await expect(verify(ended)).rejects.toThrow('revoked')
    await verify(other)
  })

  it('as soon as the person has other roles, and one with the new roles is not, also in the same second', async () => {
    const old = await once('old')
    revocations.changeRoles('ada', ['PATIENT'], now)
    await expect(verify(old)).rejects.toThrow('revoked')
    await verify(await signed({ ...claims, jti: 'new', sid: 'old', roles: ['PATIENT'] }))
  })
})

it('a token is neither taken nor called wrong while nobody has said what was revoked', async () => {
  const keys = createLocalJWKSet({ keys: [publicJwk] })
  const early = createTokenVerifier({ keys, revocations: createRevocations(), now: () => now })
  await expect(early(await signed(claims))).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
})

describe('a bearer token', () => {
  it.each([
    ['Bearer abc.def-g_h', 'abc.def-g_h'],
    ['bearer abc', 'abc'],
    ['Bearer  abc==', 'abc=='],
    ['Basic abc', undefined],
    ['Bearer', undefined],
    ['Bearer a b', undefined],
    ['Bearer a\nb', undefined],
    ['abc', undefined],
    [undefined, undefined],
    [['Bearer abc'], undefined],
  ])('is read from %j', (header, token) => expect(bearerToken(header)).toBe(token))
})
