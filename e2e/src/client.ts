import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { administrator } from './process.js'

export interface Answer<Data> {
  readonly status: number
  readonly data: Data | null | undefined
  readonly errors: readonly {
    message: string
    path?: (string | number)[]
    extensions: { code: string; params?: unknown }
  }[]
}

/** One person at one clinic: what a web or mobile client does. */
export interface Client {
  readonly token: string | undefined
  /** Any body at all, and the answer as it came. */
  send(body: string): Promise<{ status: number; text: string }>
  /** The whole answer, refusals included. */
  ask<Data>(query: string, variables?: object): Promise<Answer<Data>>
  /** The data of an answer without errors; fails with their codes otherwise. */
  get<Data>(query: string, variables?: object): Promise<Data>
  /** The codes of the errors. */
  refusals(query: string, variables?: object): Promise<string[]>
  /** A live feed, until it is returned. */
  subscribe<Data>(query: string, variables?: object): AsyncGenerator<{ data?: Data | null; errors?: unknown }>
}

/** @param patience ends a request that takes too long */
export function clientOf(url: string, token?: string, patience?: AbortSignal): Client {
  const send = async (body: string) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body,
      ...(patience && { signal: patience }),
    })
    return { status: response.status, text: await response.text() }
  }
  const ask = async <Data>(query: string, variables: object = {}): Promise<Answer<Data>> => {
    const { status, text } = await send(JSON.stringify({ query, variables }))
    const { data, errors = [] } = JSON.parse(text) as { data?: Data; errors?: Answer<Data>['errors'] }
    return { status, data, errors }
  }
  return {
    token,
    send,
    ask,
    async get<Data>(query: string, variables?: object) {
      const { data, errors } = await ask<Data>(query, variables)
      if (data === null || data === undefined || errors.length > 0) {
        throw new Error(`${errors.map(({ extensions, message }) => `${extensions.code} ${message}`)} to ${query}`)
      }
      return data
    },
    async refusals(query, variables) {
      return (await ask(query, variables)).errors.map(({ extensions }) => extensions.code)
    },
    subscribe<Data>(query: string, variables: object = {}) {
      const socket = createClient({
        url: `${url.replace(/^http/, 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        ...(token ? { connectionParams: { authorization: `Bearer ${token}` } } : {}),
      })
      return socket.iterate<Data>({ query, variables: { ...variables } }) as never
    },
  }
}

export interface Account {
  readonly email: string
  readonly password: string
}

export interface SignedIn extends Client {
  readonly account: Account
}

export async function signIn(url: string, account: Account = administrator): Promise<SignedIn> {
  const { login } = await clientOf(url).get<{ login: { accessToken: string } }>(
    'mutation ($input: LoginInput!) { login(input: $input) { ... on Session { accessToken } } }',
    { input: account },
  )
  return { ...clientOf(url, login.accessToken), account }
}

/** Every node of a list that is the only root field of the query, page after page: the query takes `$after`. */
export async function allNodes<Node>(client: Client, query: string, variables: object = {}): Promise<Node[]> {
  const nodes: Node[] = []
  for (let after: string | null = null; ; ) {
    const data: Record<string, Connection<Node>> = await client.get(query, { ...variables, after })
    const [page] = Object.values(data)
    if (page === undefined) throw new Error('the query has no root field')
    nodes.push(...page.edges.map(({ node }) => node))
    if (!page.pageInfo.hasNextPage) return nodes
    after = page.pageInfo.endCursor
  }
}

interface Connection<Node> {
  edges: { node: Node }[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}
