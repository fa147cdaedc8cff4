import { traceOf } from '@caregraph/telemetry'
import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql'
import { badRequest, errorOf, faultBy, noSuchOperation } from './errors.js'
import type { Caller, Rooms } from './execution/ask-subgraph.js'
import { executeOperation, type Operation, refuseVariables } from './execution/execute.js'
import { observeOpening, observeOperation } from './observe.js'
import { keptWhileOpen } from './subscriptions/buffer-events.js'
import { type Events, type Subscriber, subscribeOperation } from './subscriptions/live-query.js'
import { type Supergraph, supergraphOf, type Variables } from './supergraph.js'

/** A document that was parsed and validated at a door. */
export interface GraphRequest {
  /** The schema that it was validated against: it is executed by the same, also when a new one came in between. */
  readonly schema: GraphQLSchema
  readonly source: string
  readonly document: DocumentNode
  readonly operationName: string | undefined
  readonly variables: Variables
}

type Listener = (supergraph: Supergraph) => void

/** The one graph behind both doors, HTTP and sockets: the schema of the moment, and how an operation is run on it. */
export class Graph {
  readonly #rooms: Rooms
  readonly #listeners = new Set<Listener>()
  readonly #bySchema = new WeakMap<GraphQLSchema, Supergraph>()
  readonly #open = new Set<object>()
  #current: Supergraph

  constructor(sdl: string, rooms: Rooms) {
    this.#rooms = rooms
    this.#current = this.#take(sdl)
  }

  get current(): Supergraph {
    return this.#current
  }

  get openSubscriptions(): number {
    return this.#open.size
  }

  /** From here on requests see the new schema. Throws, and changes nothing, where it is none. */
  reload(sdl: string): void {
    this.#current = this.#take(sdl)
    for (const listener of this.#listeners) listener(this.#current)
  }

  /** Calls the listener with the schema of the moment and with each that follows, until the answered function is called. */
  follow(listener: Listener): () => void {
    this.#listeners.add(listener)
    listener(this.#current)
    return () => void this.#listeners.delete(listener)
  }

  /** Runs a query or a mutation. Never rejects. */
  async execute(request: GraphRequest, caller: Caller): Promise<ExecutionResult> {
    const operation = this.#prepare(request, caller)
    if (!('prepared' in operation)) return operation
    if (operation.prepared.definition.operation === 'subscription') {
      return { errors: [badRequest('A subscription needs a WebSocket: connect to this address with graphql-ws.')] }
    }
    return observeOperation(operation.prepared.definition, caller, (observed) =>
      executeOperation(this.#rooms, operation, observed),
    )
  }

  /** The answers to a subscription, one for each event; a result where it was refused. Never rejects. */
  async subscribe(request: GraphRequest, subscriber: Subscriber): Promise<Events | ExecutionResult> {
    const operation = this.#prepare(request, subscriber)
    if (!('prepared' in operation)) return operation
    const opened = await observeOpening(operation.prepared.definition, subscriber, (observed) =>
      subscribeOperation(this.#rooms, operation, observed),
    )
    return Symbol.asyncIterator in opened ? keptWhileOpen(opened, this.#open) : opened
  }

  #take(sdl: string): Supergraph {
    const supergraph = supergraphOf(sdl)
    this.#bySchema.set(supergraph.schema, supergraph)
    return supergraph
  }

  #prepare(request: GraphRequest, { requestId }: Caller): Operation | ExecutionResult {
    const { source, document, operationName, variables } = request
    const supergraph = this.#bySchema.get(request.schema) ?? this.#current
    try {
      const prepared = supergraph.prepare(source, document, operationName)
      if (prepared === undefined) return { errors: [noSuchOperation()] }
      const operation = { supergraph, prepared, variables }
      const errors = refuseVariables(operation)
      return errors.length > 0 ? { data: null, errors } : operation
    } catch (error) {
      this.#rooms.log.error('an operation could not be planned', { requestId, ...traceOf(error) })
      return { data: null, errors: [errorOf(faultBy('INTERNAL_SERVER_ERROR', { requestId }))] }
    }
  }
}
