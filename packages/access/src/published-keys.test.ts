import { exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { publishedKeys } from './published-keys.js'

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>

const pairs = new Map<string, KeyPair>()
beforeAll(async () => {
  for (const kid of ['old', 'new']) pairs.set(kid, await generateKeyPair('EdDSA'))
})

const pairOf = (kid: string) => pairs.get(kid) as KeyPair
const signedBy = (kid: string) => new SignJWT({}).setProtectedHeader({ alg: 'EdDSA', kid }).sign(pairOf(kid).privateKey)

/** An auth that publishes the keys of these names, or is away. */
function anAuth(...published: string[]) {
  const auth = { published, isAway: false, fetches: 0, at: 0 }
  const fetch = async (request: Request): Promise<Response> => {
    auth.fetches++
    expect(new URL(request.url).pathname).toBe('/.well-known/jwks.json')
    if (auth.isAway) return new Response(null, { status: 503 })
    const keys = await Promise.all(
      auth.published.map(
        async (kid): Promise<JWK> => ({ ...(await exportJWK(pairOf(kid).publicKey)), kid, alg: 'EdDSA' }),
      ),
    )
    return Response.json({ keys })
  }
  const keys = publishedKeys(fetch, () => auth.at)
  return { auth, verify: async (kid: string) => (await jwtVerify(await signedBy(kid), keys)).protectedHeader.kid }
}

describe('published keys', () => {
  it('are fetched once for all who ask at the same time', async () => {
    const { auth, verify } = anAuth('old')
    expect(await Promise.all([verify('old'), verify('old'), verify('old')])).toEqual(['old', 'old', 'old'])
    expect(auth.fetches).toBe(1)
  })

  it('are fetched again for a key that is new, and not for each token that names an unknown one', async () => {
    const { auth, verify } = anAuth('old')
    await verify('old')
    auth.at += 5_000
    for (let each = 0; each < 3; each++)
      await expect(verify('new')).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
    expect(auth.fetches).toBe(2)
    auth.published.push('new')
    auth.at += 5_000
    expect(await verify('new')).toBe('new')
  })

  it('stay good while auth is away', async () => {
    const { auth, verify } = anAuth('old')
    await verify('old')
    auth.isAway = true
    auth.at += 3_600_000
    expect(await verify('old')).toBe('old')
    expect(auth.fetches).toBe(2)
  })

  it('that were withdrawn verify nothing after five minutes', async () => {
    const { auth, verify } = anAuth('old', 'new')
    await verify('old')
    auth.published.shift()
    auth.at += 300_000
    await expect(verify('old')).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
  })

  it('that nobody could fetch yet make no token a wrong one', async () => {
    const { auth, verify } = anAuth('old')
    auth.isAway = true
    await expect(verify('old')).rejects.toThrowError(/^auth answers 503/)
    auth.isAway = false
    expect(await verify('old')).toBe('old')
  })
})
