import { newId } from '@caregraph/database'
import type { RunningSubgraph } from '@caregraph/subgraph'
import { demoPassword } from './accounts.js'

/** Asks one department, as somebody: the same acts, with the same rights, as through the gateway. */
export type Ask = <Answer>(subgraph: string, document: string, variables?: Record<string, unknown>) => Promise<Answer>

/** Signs in. A session lives for minutes, so whoever travels in time signs in again. */
export async function signIn(
  subgraphs: ReadonlyMap<string, RunningSubgraph>,
  email: string,
  password: string = demoPassword,
): Promise<Ask> {
  const { login } = await ask<{ login: { accessToken: string } }>(
    subgraphs,
    undefined,
    'auth',
    'mutation ($input: LoginInput!) { login(input: $input) { ... on Session { accessToken } } }',
    { input: { email, password } },
  )
  return (subgraph, document, variables) => ask(subgraphs, login.accessToken, subgraph, document, variables)
}

async function ask<Answer>(
  subgraphs: ReadonlyMap<string, RunningSubgraph>,
  token: string | undefined,
  subgraph: string,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Answer> {
  const result = await subgraphs.get(subgraph)?.execute({ query, variables, token, requestId: newId() })
  const refusal = result?.errors?.[0]
  if (result?.data === undefined || result.data === null || refusal !== undefined) {
    throw new Error(`The demo could not be filled: ${subgraph} answered ${refusal?.extensions['code']} to ${query}`)
  }
  return result.data as Answer
}
