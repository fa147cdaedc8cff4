import type { DocumentNode, ExecutionResult } from 'graphql'

/** One GraphQL operation for a subgraph, with who asks. */
export interface SubgraphRequest {
  readonly query: string
  /** The same, parsed already: spares a subgraph in the same process the work. */
  readonly document?: DocumentNode | undefined
  readonly operationName?: string | undefined
  readonly variables?: Readonly<Record<string, unknown>> | undefined
  /** The caller's own bearer token: every room verifies it again. */
  readonly token?: string | undefined
  readonly requestId: string
  /** What this question is a part of. */
  readonly traceparent?: string | undefined
  readonly clientAddress?: string | undefined
  readonly userAgent?: string | undefined
  /** Aborts when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
  /** When that is at the latest, by `performance.now()`. */
  readonly deadlineAt?: number | undefined
}

/** On whose behalf something is asked, and until when he waits. */
export type Caller = Pick<SubgraphRequest, 'token' | 'requestId' | 'traceparent' | 'signal' | 'deadlineAt'>

/** The one way to a subgraph, whether it runs in this process or behind HTTP. */
export interface SubgraphClient {
  readonly name: string
  /** Rejects with SubgraphUnavailable where no answer came. */
  execute(request: SubgraphRequest): Promise<ExecutionResult>
  /** The events of a subscription, until they are returned; a result with errors where it was refused. */
  subscribe(request: SubgraphRequest): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult>
  /** What a subgraph answers outside GraphQL: keys, documents. */
  fetch(request: Request): Promise<Response>
  isReady(): Promise<boolean>
}

/** The subgraph gave no answer: it is stopped, cut off or too slow. */
export class SubgraphUnavailable extends Error {
  override readonly name = 'SubgraphUnavailable'
  constructor(
    readonly subgraph: string,
    options?: ErrorOptions,
  ) {
    super(`the subgraph ${subgraph} does not answer`, options)
  }
}
