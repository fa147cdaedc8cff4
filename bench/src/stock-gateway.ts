import { readFile } from 'node:fs/promises'
import { ApolloGateway, type GraphQLDataSourceProcessOptions, RemoteGraphQLDataSource } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'

/** Apollo's gateway as its documentation sets it up, with the caller's token passed on. */
interface Caller {
  readonly authorization?: string | undefined
}

class Subgraph extends RemoteGraphQLDataSource<Caller> {
  override willSendRequest({ request, context }: GraphQLDataSourceProcessOptions<Caller>): void {
    if (context.authorization) request.http?.headers.set('authorization', context.authorization)
  }
}

const ports = JSON.parse(process.env['SUBGRAPH_PORTS'] ?? '{}') as Record<string, number>
const gateway = new ApolloGateway({
  supergraphSdl: await readFile('schema/supergraph.graphql', 'utf8'),
  buildService: ({ name }) => new Subgraph({ url: `http://127.0.0.1:${ports[name]}/graphql` }),
})
await startStandaloneServer(new ApolloServer<Caller>({ gateway }), {
  listen: { port: Number(process.env['PORT']) },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
})
