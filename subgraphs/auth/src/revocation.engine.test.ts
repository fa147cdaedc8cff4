import { randomUUID } from 'node:crypto'
import {
  createRevocations,
  createTokenVerifier,
  followRevocations,
  publishedKeys,
  publishedRevocations,
} from '@caregraph/access'
import { openCache } from '@caregraph/cache'
import { describeOn, type Way, wayTo } from '@caregraph/engines/testing'
import { httpSubgraph } from '@caregraph/subgraph/http'
import { type SubgraphProcess, startSubgraphProcess } from '@caregraph/subgraph/process'
import { testDatabase, until } from '@caregraph/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { auth } from './index.js'
import { goodPassword } from './start-auth.js'

const silent = { info: () => undefined, error: () => undefined }
const key = `the key of this house ${randomUUID()}`.replaceAll(' ', '-')
const register = 'mutation ($input: RegisterInput!) { register(input: $input) { accessToken } }'

await describeOn('redis', 'a session that one copy of auth has ended', (url) => {
  let way: Way
  let database: Awaited<ReturnType<typeof testDatabase>>
  let copies: SubgraphProcess[]
  const stops: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    way = await wayTo(url)
    database = await testDatabase()
    const variables = { PORT: '0', DATABASE_URL: database.url, CACHE_URL: way.url, SUBGRAPH_KEY: key }
    const onStopped = () => expect.fail('nothing can have stopped')
    copies = []
    for (let copy = 0; copy < 2; copy++) {
      copies.push(await startSubgraphProcess({ subgraph: auth, variables, onStopped, log: silent }))
    }
  })
  afterAll(async () => {
    for (const stop of [...stops, ...copies.map((copy) => copy.stop)]) await stop()
    await way.stop()
    await database.drop()
  })

  const at = (copy: number): string => copies[copy]?.url ?? ''
  const ask = async (copy: number, query: string, variables: object, token?: string) => {
    const response = await fetch(at(copy), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-subgraph-key': key,
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    })
    return (await response.json()) as { data: { register: { accessToken: string } }; errors?: object[] }
  }
  const signIn = async () => {
    const input = { name: 'Ada Lovelace', email: `${randomUUID()}@example.com`, password: goodPassword }
    return (await ask(0, register, { input })).data.register.accessToken
  }

  /** Another process of the clinic, such as the gateway: whether it takes a token. */
  async function aDoor(): Promise<(token: string) => Promise<boolean>> {
    const now = () => new Date()
    const onFault = () => undefined
    const room = httpSubgraph('auth', [at(0), at(1)], { key })
    const cache = await openCache(way.url, { now, secret: key, onFault })
    const revocations = createRevocations()
    const read = publishedRevocations((request) => room.fetch(request))
    stops.push(followRevocations({ read, revocations, cache, onFault }), cache.close, room.stop)
    const keys = publishedKeys((request) => room.fetch(request))
    const verify = createTokenVerifier({ keys, revocations, now })
    const takes = (token: string) =>
      verify(token).then(
        () => true,
        () => false,
      )
    const known = await signIn()
    await until(() => takes(known))
    return takes
  }

  it.each(['pass', 'cut', 'swallow'] as const)(
    'is refused by the other copy, and by processes that stand elsewhere or start later (Redis: %s)',
    async (manner) => {
      way.pass()
      const takes = await aDoor()
      const [token, another] = [await signIn(), await signIn()]
      expect(await takes(token)).toBe(true)
      expect((await ask(1, '{ me { id } }', {}, token)).errors).toBeUndefined()
      way[manner]()
      expect((await ask(0, 'mutation { logout }', {}, token)).errors).toBeUndefined()

      await until(async () => !(await takes(token)))
      await until(async () => (await ask(1, '{ me { id } }', {}, token)).errors !== undefined)
      expect(await (await aDoor())(token)).toBe(false)
      expect(await takes(another)).toBe(true)
    },
  )

  it('is told to nobody who has not the key of the house', async () => {
    const answers = await Promise.all(
      [{}, { 'x-subgraph-key': key.slice(1) }].map((headers) => fetch(new URL('/revocations', at(0)), { headers })),
    )
    expect(answers.map(({ status }) => status)).toEqual([401, 401])
    expect((await fetch(new URL('/revocations', at(0)), { headers: { 'x-subgraph-key': key } })).status).toBe(200)
  })
})
