import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

export interface Subscription {
  /** What came, in order. */
  readonly results: unknown[]
  /** Settles when nothing more will come: with the code of the close, the errors of a refusal, or nothing. */
  readonly ended: Promise<unknown>
  unsubscribe(): void
}

export interface ToyClient {
  subscribe(query: string, variables?: Record<string, unknown>): Subscription
  /** The code with which the socket was closed. */
  readonly closed: Promise<{ code: number; reason: string }>
  stop(): Promise<void>
}

/** A client that never connects again by itself: a test wants to see the end. */
export function toyClient(url: string, connectionParams: Record<string, unknown> = {}): ToyClient {
  let isClosed = (_: { code: number; reason: string }) => {}
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    isClosed = resolve
  })
  const client: Client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams,
    on: { closed: (event) => isClosed(event as { code: number; reason: string }) },
  })
  return {
    closed,
    subscribe(query, variables) {
      const results: unknown[] = []
      let unsubscribe = () => {}
      const ended = new Promise<unknown>((resolve) => {
        unsubscribe = client.subscribe(
          { query, ...(variables && { variables }) },
          {
            next: (result) => void results.push(result),
            error: (error) => resolve((error as { code?: number }).code ?? error),
            complete: () => resolve(undefined),
          },
        )
      })
      return { results, ended, unsubscribe: () => unsubscribe() }
    },
    stop: async () => client.dispose(),
  }
}
