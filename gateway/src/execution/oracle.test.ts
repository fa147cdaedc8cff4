import { Supergraph } from '@apollo/federation-internals'
import { buildOperationContext, executeQueryPlan } from '@apollo/gateway'
import { type GraphQLError, parse, validate } from 'graphql'
import { expect, it } from 'vitest'
import { Graph } from '../graph.js'
import { randomFrom, randomQuery } from '../testing/random-query.js'
import { toyClinic } from '../testing/toy-clinic.js'
import { toySupergraph } from '../testing/toy-gateway.js'
import { toySubgraph } from '../testing/toy-subgraph.js'

const seed = Number(process.env['SEED'] ?? 20_270_301)
const queries = 100
const variables = { no: false }

const subgraphs = new Map(toyClinic.map((each) => [each.name, toySubgraph(each)]))
const log = { info() {}, error() {} }
const graph = new Graph(toySupergraph, { subgraphs, deadlineMilliseconds: 5_000, log })
const federation = Supergraph.build(toySupergraph)
const allTypes = federation.schema.toGraphQLJSSchema()

it(`answers ${queries} random queries exactly as Apollo's own executor does (SEED=${seed})`, async () => {
  const random = randomFrom(seed)
  for (let done = 0; done < queries; ) {
    const source = randomQuery(graph.current.schema, random)
    if (validate(graph.current.schema, parse(source)).length > 0) continue
    done++
    const ours = await graph.execute(
      { schema: graph.current.schema, source, document: parse(source), operationName: undefined, variables },
      { token: 'ada', requestId: 'r', traceparent: undefined, clientAddress: undefined, userAgent: undefined },
    )
    const theirs = await byApollo(source)
    expect(JSON.stringify(ours.data), source).toBe(JSON.stringify(theirs.data))
    expect(comparable(ours.errors), source).toEqual(comparable(theirs.errors))
  }
})

/** Each once: Apollo repeats what two equal representations have in common. */
function comparable(errors: readonly GraphQLError[] = []): string[] {
  return [...new Set(errors.map(({ path, extensions }) => JSON.stringify([path, codeOf(extensions)])))].sort()
}

/** What Apollo calls an error without a code is a fault of ours. */
const codeOf = ({ code }: GraphQLError['extensions']) =>
  code === 'DOWNSTREAM_SERVICE_ERROR' ? 'INTERNAL_SERVER_ERROR' : code

async function byApollo(source: string) {
  const document = parse(source)
  const plan = graph.current.prepare(source, document, undefined)?.plan
  if (plan === undefined) throw new Error('no plan')
  const serviceMap = Object.fromEntries(
    Array.from(subgraphs, ([name, subgraph]) => [
      name,
      {
        process: ({ request }: { request: { query: string; variables: Record<string, unknown> } }) =>
          subgraph.execute({ ...request, token: 'ada', requestId: 'r' }),
      },
    ]),
  )
  const requestContext = { request: { variables }, metrics: {}, context: {} }
  return executeQueryPlan(
    plan,
    serviceMap as never,
    requestContext as never,
    buildOperationContext({
      schema: graph.current.schema,
      operationDocument: document,
      operationName: undefined as never,
    }),
    allTypes,
    federation.apiSchema(),
  )
}
