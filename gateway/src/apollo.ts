import { ApolloServer } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled'
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default'
import type { Log } from '@caregraph/telemetry'
import type { ShapeError } from './errors.js'
import type { Caller } from './execution/ask-subgraph.js'
import type { Graph } from './graph.js'
import { type Limits, parseOptions, validationRules } from './limits.js'

/**
 * Apollo Server reads and checks what comes over HTTP, and writes the answer. What it has checked is planned by
 * Apollo's planner and executed by the graph.
 */
export async function startApollo(
  graph: Graph,
  options: { limits: Limits; production: boolean; shapeError: ShapeError; firstQuery: string | undefined; log: Log },
): Promise<ApolloServer<Caller>> {
  const { limits, production, log } = options
  const apollo = new ApolloServer<Caller>({
    gateway: {
      onSchemaLoadOrUpdate: (callback) =>
        graph.follow(({ schema, sdl }) => callback({ apiSchema: schema, coreSupergraphSdl: sdl })),
      load: async () => ({
        executor: ({ schema, source, document, request: { operationName, variables = {} }, context }) =>
          graph.execute({ schema, source, document, operationName, variables }, context as Caller),
      }),
      stop: async () => {},
    },
    parseOptions: parseOptions(limits),
    validationRules: validationRules(limits, production),
    // Whether the schema may be asked for is decided by the rules, the same over a socket.
    introspection: true,
    hideSchemaDetailsFromClientErrors: production,
    includeStacktraceInErrorResponses: false,
    formatError: options.shapeError,
    stopOnTerminationSignals: false,
    // Apollo's own logger writes errors as they are, and they can hold what somebody typed.
    logger: { debug() {}, info() {}, warn() {}, error: () => log.error('Apollo Server has reported an error') },
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      production ? ApolloServerPluginLandingPageDisabled() : landingPage(options.firstQuery),
    ],
  })
  await apollo.start()
  return apollo
}

function landingPage(document: string | undefined) {
  return ApolloServerPluginLandingPageLocalDefault({
    footer: false,
    embed: { runTelemetry: false },
    ...(document === undefined ? {} : { document }),
  })
}
