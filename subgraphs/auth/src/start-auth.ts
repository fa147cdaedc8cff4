import { type Actor, createRevocations, createTokenVerifier, type RevocationList } from '@caregraph/access'
import { type Database, inTransaction } from '@caregraph/database'
import type { Environment } from '@caregraph/subgraph'
import { type SubgraphUnderTest, startSubgraph, until } from '@caregraph/testing'
import { createLocalJWKSet, type JSONWebKeySet } from 'jose'
import { auth, ensureAdministrator } from './index.js'

export interface AuthUnderTest extends SubgraphUnderTest {
  readonly revocations: RevocationList
  /** Who asks with this access token. Rejects with InvalidToken, as every door of the house does. */
  verify(accessToken: string): Promise<Actor>
  keySet(): Promise<JSONWebKeySet>
  /** Registers somebody, who is signed in then. */
  aUser(overrides?: { name?: string; email?: string; password?: string }): Promise<SignedIn>
  signIn(email: string, password?: string): Promise<SignedIn>
  refresh(refreshToken: string): Promise<SignedIn>
  /** The clinic's first one, where there is nobody yet. */
  anAdministrator(): Promise<SignedIn>
}

export interface SignedIn {
  readonly id: string
  readonly email: string
  readonly accessToken: string
  readonly refreshToken: string
  readonly refreshTokenExpiresAt: string
  readonly actor: Actor
}

export const goodPassword = 'plum orbit lantern 7'

const tokens = 'accessToken refreshToken refreshTokenExpiresAt user { id email }'
const register = `mutation ($input: RegisterInput!) { session: register(input: $input) { ${tokens} } }`
const login = `mutation ($input: LoginInput!) { session: login(input: $input) { ... on Session { ${tokens} } } }`
const refresh = `mutation ($token: String!) { session: refreshSession(refreshToken: $token) { ${tokens} } }`

interface Tokens extends Omit<SignedIn, 'id' | 'email' | 'actor'> {
  user: { id: string; email: string }
}

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

  const signedIn = async (document: string, variables: Record<string, unknown>): Promise<SignedIn> => {
    const { data, errors } = await house.ask(document, variables)
    const session = (data?.['session'] ?? null) as Tokens | null
    if (session === null) throw errors?.[0]
    const { user, ...given } = session
    return { ...given, ...user, actor: await verify(given.accessToken) }
  }
  let users = 0
  const signIn = (email: string, password = goodPassword) => signedIn(login, { input: { email, password } })
  return {
    ...house,
    revocations,
    verify,
    keySet,
    signIn,
    aUser({ name = 'Ada Lovelace', email = `ada${++users}@example.com`, password = goodPassword } = {}) {
      return signedIn(register, { input: { name, email, password } })
    },
    refresh: (token) => signedIn(refresh, { token }),
    async anAdministrator() {
      const email = 'admin@example.com'
      await ensureAdministrator(house.database, { email, password: goodPassword }, house.clock.now())
      return signIn(email)
    },
  }
}

/** Starts the acts while another transaction holds what it changed, and lets it commit when all of them wait for it. */
export async function meanwhile<T>(
  database: Database,
  change: string,
  acts: readonly (() => Promise<T>)[],
): Promise<PromiseSettledResult<T>[]> {
  const results = await inTransaction(database, async (tx) => {
    await tx.query(change)
    const started = Promise.allSettled(acts.map((act) => act()))
    await until(async () => {
      const waiting = await database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
      return waiting.length === acts.length
    })
    return { started }
  })
  return results.started
}
