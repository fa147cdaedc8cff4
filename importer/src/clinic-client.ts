import { isObject, type JsonObject, textAt } from './fhir.js'
import { ClinicRefusal, ClinicUnusable, createPost, type Endpoint } from './post-graphql.js'

/** A clinic's public GraphQL endpoint, with somebody signed in. */
export interface Clinic {
  /** Answers `data`. Throws ClinicRefusal for this request alone, ClinicUnusable when none makes sense for now. */
  ask(document: string, variables: JsonObject): Promise<JsonObject>
}

export interface Connection extends Endpoint {
  email: string
  password: string
  /** Milliseconds since the epoch. */
  now: () => number
}

interface Session {
  accessToken: string
  accessTokenExpiresAt: string
  refreshToken: string
}

/** A token that has less than this left is renewed first: it could run out on the way. */
const renewalMarginMilliseconds = 30_000

const loginDocument = `mutation Login($input: LoginInput!) {
  login(input: $input) { ... on Session { accessToken accessTokenExpiresAt refreshToken } }
}`
const refreshDocument = `mutation RefreshSession($refreshToken: String!) {
  refreshSession(refreshToken: $refreshToken) { accessToken accessTokenExpiresAt refreshToken }
}`

/** Signs in, and stays signed in for as long as the clinic is asked. */
export async function signIn({ email, password, now, ...endpoint }: Connection): Promise<Clinic> {
  const post = createPost(endpoint)
  let session = await login()
  let renewal: Promise<Session> | undefined

  async function login(): Promise<Session> {
    try {
      const { login: answer } = await post(loginDocument, { input: { email, password } })
      return sessionFrom(answer)
    } catch (error) {
      if (!(error instanceof ClinicRefusal)) throw error
      throw new ClinicUnusable(
        `The clinic refused the sign-in (${error.code}): check CAREGRAPH_EMAIL and CAREGRAPH_PASSWORD.`,
      )
    }
  }

  async function refresh(): Promise<Session> {
    try {
      const { refreshSession } = await post(refreshDocument, { refreshToken: session.refreshToken })
      return sessionFrom(refreshSession)
    } catch (error) {
      if (error instanceof ClinicRefusal) return login()
      throw error
    }
  }

  /** Once for all who hold the stale session: a refresh token can be used only once. */
  async function renew(stale: Session): Promise<void> {
    if (stale !== session) return
    renewal ??= refresh().finally(() => {
      renewal = undefined
    })
    session = await renewal
  }

  return {
    async ask(document, variables) {
      if (Date.parse(session.accessTokenExpiresAt) - now() < renewalMarginMilliseconds) await renew(session)
      const used = session
      try {
        return await post(document, variables, used.accessToken)
      } catch (error) {
        if (!(error instanceof ClinicRefusal && error.code === 'UNAUTHENTICATED')) throw error
        await renew(used)
        return post(document, variables, session.accessToken)
      }
    },
  }
}

function sessionFrom(answer: unknown): Session {
  const session = isObject(answer) ? answer : {}
  const accessToken = textAt(session, 'accessToken')
  const accessTokenExpiresAt = textAt(session, 'accessTokenExpiresAt')
  const refreshToken = textAt(session, 'refreshToken')
  if (!accessToken || !accessTokenExpiresAt || !refreshToken) {
    throw new ClinicUnusable('This account needs a second factor to sign in: import with one that does not.')
  }
  return { accessToken, accessTokenExpiresAt, refreshToken }
}
