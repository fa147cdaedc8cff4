import { InvalidToken } from '@caregraph/access'
import { Refusal } from '@caregraph/refusals'
import { GraphQLInt, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql'
import { describe, expect, it } from 'vitest'
import { type Context, contextOf } from './context.js'
import { executorOf } from './execute.js'

const secretText = 'Ada Lovelace, ada@example.com'
const failures: Record<string, () => unknown> = {
  error: () => {
    throw new Error(secretText)
  },
  multiline: () => {
    throw new Error(`first line\n    at ${secretText}`)
  },
  rejection: () => Promise.reject(new TypeError(secretText)),
  text: () => Promise.reject(secretText),
  nothing: () => Promise.reject(undefined),
  object: () => Promise.reject({ message: secretText }),
  coded: () => Promise.reject(Object.assign(new Error(secretText), { code: '23505', detail: secretText })),
  returned: () => new Error(secretText),
  'a value that is none': () => secretText,
  away: () => Promise.reject(Object.assign(new Error(secretText), { code: 'ECONNREFUSED' })),
  refusal: () => Promise.reject(new Refusal('RATE_LIMITED', { retryAfterSeconds: 7 })),
}

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      fails: {
        type: GraphQLInt,
        args: { how: { type: new GraphQLNonNull(GraphQLString) } },
        resolve: (_, { how }: { how: string }) => failures[how]?.(),
      },
    },
  }),
})

const logged: { message: string; details: unknown }[] = []

const executor = executorOf({
  subgraph: 'test',
  schema,
  verifyToken: (token) => Promise.reject(token === 'expired' ? new InvalidToken('expired') : new TypeError(secretText)),
  contextFor: (request, actor) =>
    contextOf<unknown>({ ...({} as Omit<Context, 'load'>), actor, requestId: request.requestId }),
  log: { info: () => expect.fail(), error: (message, details) => logged.push({ message, details }) },
})

const ask = (query: string, variables: Record<string, unknown> = {}, token?: string) =>
  executor.execute({ query, variables, token, requestId: 'request-7' })

describe('a fault', () => {
  const fails = 'query ($how: String!) { fails(how: $how) }'

  it.each(Object.keys(failures).filter((how) => !['away', 'refusal'].includes(how)))(
    'of ours (%s) says nothing but the id of the request, to the client and to the log',
    async (how) => {
      logged.length = 0
      const { data, errors } = await ask(fails, { how })
      expect(data).toEqual({ fails: null })
      expect(errors).toMatchObject([
        { path: ['fails'], extensions: { code: 'INTERNAL_SERVER_ERROR', params: { requestId: 'request-7' } } },
      ])
      expect(logged).toMatchObject([{ details: { subgraph: 'test', requestId: 'request-7', path: 'fails' } }])
      expect(JSON.stringify([errors, logged])).not.toContain('Lovelace')
    },
  )

  it('tells the log its kind and where it happened', async () => {
    logged.length = 0
    await ask(fails, { how: 'coded' })
    expect(logged).toMatchObject([
      { details: { fault: 'Error 23505', where: expect.stringContaining('faults.test.ts') } },
    ])
  })

  it('of a database that is away is SERVICE_UNAVAILABLE with the subgraph', async () => {
    const { errors } = await ask(fails, { how: 'away' })
    expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE', params: { subgraph: 'test' } } }])
    expect(JSON.stringify(errors)).not.toContain('Lovelace')
  })

  it('that was expected goes through with its params', async () => {
    const { errors } = await ask(fails, { how: 'refusal' })
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', params: { retryAfterSeconds: 7 } } }])
  })

  it.each([
    ['{ hello', 'GRAPHQL_PARSE_FAILED'],
    ['', 'GRAPHQL_PARSE_FAILED'],
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{ fails }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('of the document %j is %s', async (query, code) => {
    const { errors } = await ask(query)
    expect(new Set(errors?.map(({ extensions }) => extensions['code']))).toEqual(new Set([code]))
  })

  it('of a token that cannot be verified now says that auth is away, and one that does not pass is refused', async () => {
    logged.length = 0
    expect((await ask('{ __typename }', {}, 'expired')).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ])
    expect(logged).toEqual([])
    const { errors } = await ask('{ __typename }', {}, 'any')
    expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE', params: { subgraph: 'auth' } } }])
    expect(logged).toMatchObject([{ details: { fault: 'TypeError' } }])
    expect(JSON.stringify([errors, logged])).not.toContain('Lovelace')
  })
})
