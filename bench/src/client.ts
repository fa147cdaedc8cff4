import { Pool } from 'undici'

/** Asks a gateway as one person. Throws where the answer holds an error. */
export interface Client {
  readonly token: string | undefined
  get<Data>(query: string, variables?: object): Promise<Data>
}

const connections = 32

export function clientOf(url: string, token?: string): Client {
  const pool = new Pool(url, { connections })
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) }
  return {
    token,
    async get<Data>(query: string, variables: object = {}) {
      const { body } = await pool.request({
        path: '/graphql',
        method: 'POST',
        headers,
        body: JSON.stringify({ query, variables }),
      })
      const { data, errors } = (await body.json()) as { data?: Data; errors?: unknown }
      if (errors !== undefined || data === undefined) throw new Error(`${JSON.stringify(errors)} to ${query}`)
      return data
    },
  }
}

export async function signIn(url: string, input: { email: string; password: string }): Promise<Client> {
  const { login } = await clientOf(url).get<{ login: { accessToken: string } }>(
    'mutation ($input: LoginInput!) { login(input: $input) { ... on Session { accessToken } } }',
    { input },
  )
  return clientOf(url, login.accessToken)
}
