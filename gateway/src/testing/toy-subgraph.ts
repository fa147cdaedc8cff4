import { EventEmitter, on } from 'node:events'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { type SubgraphClient, type SubgraphRequest, SubgraphUnavailable } from '@caregraph/subgraph/caller'
import { type ExecutionResult, execute, GraphQLError, parse, subscribe } from 'graphql'
import { generatorOf } from '../subscriptions/buffer-events.js'

export interface ToyContext {
  readonly token: string | undefined
  readonly events: EventEmitter
}

export interface ToyDefinition {
  readonly name: string
  readonly sdl: string
  readonly resolvers: Readonly<Record<string, unknown>>
}

/** A subgraph without a database, whose every switch is in the test's hand. */
export interface ToySubgraph extends SubgraphClient {
  readonly definition: ToyDefinition
  /** Every request that it was asked, in order. */
  readonly requests: SubgraphRequest[]
  readonly events: EventEmitter
  mode: 'open' | 'closed' | 'silent'
  /** What `fetch` answers. */
  route: (request: Request) => Promise<Response>
}

const federation =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable", "@external", "@requires", "@inaccessible", "@provides"])'

export const sdlOf = ({ sdl }: ToyDefinition): string => `${federation}\n${sdl}`

export function toySubgraph(definition: ToyDefinition): ToySubgraph {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdlOf(definition)), resolvers: definition.resolvers as never }])
  const events = new EventEmitter({ captureRejections: false })
  events.setMaxListeners(0)
  const argumentsOf = ({ query, document, operationName, variables, token }: SubgraphRequest) => ({
    schema,
    document: document ?? parse(query),
    operationName,
    variableValues: variables,
    contextValue: { token, events } satisfies ToyContext,
  })
  const toy: ToySubgraph = {
    name: definition.name,
    definition,
    requests: [],
    events,
    mode: 'open',
    route: async () => new Response(null, { status: 404 }),
    async execute(request) {
      toy.requests.push(request)
      if (toy.mode === 'closed') throw new SubgraphUnavailable(definition.name)
      if (toy.mode === 'silent') await new Promise(() => {})
      return execute(argumentsOf(request))
    },
    async subscribe(request) {
      toy.requests.push(request)
      if (toy.mode !== 'open') throw new SubgraphUnavailable(definition.name)
      return (await subscribe(argumentsOf(request))) as AsyncGenerator<ExecutionResult, void, void> | ExecutionResult
    },
    fetch: (request) => toy.route(request),
    async isReady() {
      if (toy.mode === 'silent') await new Promise(() => {})
      return toy.mode === 'open'
    },
  }
  return toy
}

/** The values that are emitted under a name, until the generator is returned: then no listener is left. */
export function emitted<Value>(events: EventEmitter, name: string): AsyncGenerator<Value, void, void> {
  const source = on(events, name) as AsyncGenerator<[Value], void, void>
  return generatorOf<Value>(
    async () => {
      const event = await source.next()
      return event.done ? event : { done: false, value: event.value[0] }
    },
    () => source.return() as Promise<IteratorReturnResult<void>>,
  )
}

export function refusal(code: string, params?: object): GraphQLError {
  return new GraphQLError(`refused: ${code}`, { extensions: params === undefined ? { code } : { code, params } })
}
