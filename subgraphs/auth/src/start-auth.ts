import { type Actor, createRevocations, createTokenVerifier, type RevocationList } from '@caregraph/access'
import type { Environment } from '@caregraph/subgraph'
import { type SubgraphUnderTest, startSubgraph } from '@caregraph/testing'
import { createLocalJWKSet, type JSONWebKeySet } from 'jose'
import { auth } from './index.js'

export interface AuthUnderTest extends SubgraphUnderTest {
  readonly revocations: RevocationList
  /** Who asks with this access token. Rejects with InvalidToken, as every door of the house does. */
  verify(accessToken: string): Promise<Actor>
  keySet(): Promise<JSONWebKeySet>
  /** Registers somebody, who is signed in then. */
  aUser(overrides?: { name?: string; email?: string; password?: string }): Promise<SignedIn>
  signIn(email: string, password?: string): Promise<SignedIn>
}

export interface SignedIn {
  readonly id: string
  readonly email: string
  readonly accessToken: string
  readonly refreshToken: string
  readonly actor: Actor
}

export const goodPassword = 'plum orbit lantern 7'

/** The subgraph with the real verification of its tokens, by the keys that it publishes. */
export async function startAuth(overrides: Partial<Omit<Environment, 'now'>> = {}): Promise<AuthUnderTest> {
  const revocations = createRevocations()
  const keySet = async () =>
    (await (await house.running.fetch(new Request('http://auth/.well-known/jwks.json'))).json()) as JSONWebKeySet
  const verify = createTokenVerifier({
    keys: async (header, token) => createLocalJWKSet(await keySet())(header, token),
    revocations,
    now: () => house.clock.now(),
  })
  const house: SubgraphUnderTest = await startSubgraph(auth, { revocations, verifyToken: verify, ...overrides })

  let users = 0
  const signedIn = async (field: string, document: string, input: object): Promise<SignedIn> => {
    const { data, errors } = await house.ask(document, { input })
    const answer = (data?.[field] ?? null) as SessionAnswer | null
    if (answer === null) throw errors?.[0]
    const { accessToken, refreshToken, user } = answer
    return { ...user, accessToken, refreshToken, actor: await verify(accessToken) }
  }
  return {
    ...house,
    revocations,
    verify,
    keySet,
    aUser: (given = {}) =>
      signedIn('register', `mutation ($input: RegisterInput!) { register(input: $input) { ${tokens} } }`, {
        name: 'Ada Lovelace',
        email: `ada${++users}@example.com`,
        password: goodPassword,
        ...given,
      }),
    signIn: (email, password = goodPassword) =>
      signedIn('login', `mutation ($input: LoginInput!) { login(input: $input) { ... on Session { ${tokens} } } }`, {
        email,
        password,
      }),
  }
}

const tokens = 'accessToken refreshToken user { id email }'
interface SessionAnswer {
  accessToken: string
  refreshToken: string
  user: { id: string; email: string }
}
