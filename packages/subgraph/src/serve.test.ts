import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { InvalidToken, type VerifyToken } from '@caregraph/access'
import { buildSchema } from 'graphql'
import { createClient } from 'graphql-ws'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { SubgraphClient, SubgraphRequest } from './client.js'
import type { Context } from './context.js'
import { executorOf } from './execute.js'
import { httpSubgraph } from './http-subgraph.js'
import { type ServeLimits, serveSubgraph } from './serve.js'
import { WrongSettings } from './settings.js'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

const hello = { data: { hello: 'hello' } }
const query = { query: '{ hello }' }

/** A subgraph whose every answer is in the test's hand. */
function toySubgraph(answers: Partial<SubgraphClient> = {}): SubgraphClient {
  return {
    name: 'doctor',
    execute: async () => hello,
    subscribe: async () => ({ errors: [] }),
    fetch: async () => new Response('a page'),
    isReady: async () => true,
    ...answers,
  }
}

async function serve(
  answers: Partial<SubgraphClient> = {},
  options: { key?: string; host?: string; limits?: Partial<ServeLimits> } = {},
) {
  const served = await serveSubgraph(toySubgraph(answers), { port: 0, ...options })
  stops.push(served.stop)
  return served
}

/** Work that ends when the test says so. */
function heldWork() {
  const requests: SubgraphRequest[] = []
  const ends: (() => void)[] = []
  return {
    requests,
    endNext: () => ends.shift()?.(),
    execute: (request: SubgraphRequest) =>
      new Promise<typeof hello>((resolve) => {
        requests.push(request)
        ends.push(() => resolve(hello))
      }),
  }
}

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

function ask(
  url: string,
  {
    headers,
    agent,
    signal,
    method = 'POST',
    body = query,
  }: {
    headers?: Record<string, string>
    agent?: Agent
    signal?: AbortSignal
    method?: string
    body?: object
  } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(agent && { agent }),
      ...(signal && { signal }),
    })
    sent.once('error', reject)
    sent.once('response', async (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      response.once('error', reject).once('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, body: text })
      })
    })
    sent.end(method === 'POST' ? JSON.stringify(body) : undefined)
  })
}

const at = (url: string, path: string) => new URL(path, url).href

/** Settles with the code that ends the socket, or with the status that refused it. */
function socketEnd(
  url: string,
  headers: Record<string, string> = {},
): { opened: Promise<unknown>; end: Promise<number> } {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', { headers })
  const opened = once(socket, 'open').catch(() => undefined)
  const end = new Promise<number>((resolve) => {
    socket.once('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
    socket.once('close', resolve)
  })
  return { opened, end }
}

describe('a subgraph with a key', () => {
  const key = 'k'.repeat(32)
  const headers = { 'x-subgraph-key': key }

  it('answers nobody without it, and says not a word more', async () => {
    const { url } = await serve({}, { key })
    for (const wrong of [{}, { 'x-subgraph-key': 'k'.repeat(31) }, { 'x-subgraph-key': `${key}k` }]) {
      const answers = [
        await ask(url, { headers: wrong }),
        await ask(at(url, '/.well-known/jwks.json'), { headers: wrong, method: 'GET' }),
        await ask(at(url, '/health/ready'), { headers: wrong, method: 'GET' }),
        await ask(at(url, '/nowhere'), { headers: wrong, method: 'PUT' }),
      ]
      expect(answers.map(({ status, body }) => [status, body])).toEqual(Array(4).fill([401, '']))
      expect(await socketEnd(url, wrong).end).toBe(401)
    }
  })

  it('is told apart from a copy that is away by the gateway and the peers, for their logs', async () => {
    const { url } = await serve({}, { key })
    const client = httpSubgraph('doctor', [url], { key: 'x'.repeat(32) })
    stops.push(client.stop)
    await expect(client.execute({ ...query, requestId: 'r1' })).rejects.toHaveProperty('cause.name', 'WrongSubgraphKey')
  })

  it('answers who carries it, and everybody whether it lives', async () => {
    const { url } = await serve({}, { key })
    expect((await ask(url, { headers })).body).toBe(JSON.stringify(hello))
    expect((await ask(at(url, '/invoices/i1.pdf'), { headers, method: 'GET' })).body).toBe('a page')
    expect((await ask(at(url, '/health/ready'), { headers, method: 'GET' })).status).toBe(200)
    expect((await ask(at(url, '/health/live'), { method: 'GET' })).status).toBe(200)
    await socketEnd(url, headers).opened
  })

  it('is the only one that others than this machine reach', async () => {
    await expect(serve({}, { host: '0.0.0.0' })).rejects.toThrow(WrongSettings)
    const { url } = await serve({}, { host: '0.0.0.0', key })
    expect((await ask(url, { headers })).status).toBe(200)
  })
})

describe('the token of a caller', () => {
  it('is verified again, whoever passed it on', async () => {
    const seen: (string | undefined)[] = []
    const verifyToken: VerifyToken = async (token) => {
      if (token !== 'good') throw new InvalidToken('unknown')
      return { id: 'ada', roles: ['ADMIN'], sessionId: 's', expiresAt: Number.POSITIVE_INFINITY, token }
    }
    const { execute } = executorOf({
      subgraph: 'doctor',
      schema: buildSchema('type Query { hello: String }'),
      verifyToken,
      contextFor: (_, actor) => {
        seen.push(actor?.id)
        return {} as Context
      },
      log: { info: () => undefined, error: () => undefined },
    })
    const { url } = await serve({ execute })
    const client = httpSubgraph('doctor', [url])
    stops.push(client.stop)
    const codeFor = async (token: string | undefined) =>
      (await client.execute({ ...query, requestId: 'r1', token })).errors?.map(({ extensions }) => extensions?.['code'])
    expect(await codeFor('bad')).toEqual(['UNAUTHENTICATED'])
    expect(seen).toEqual([])
    expect(await codeFor('good')).toBeUndefined()
    expect(await codeFor(undefined)).toBeUndefined()
    expect(seen).toEqual(['ada', undefined])
  })
})

describe('a request that takes too long', () => {
  it('is cut when its time is over, and answered as one that another copy may answer', async () => {
    const work = heldWork()
    const { url } = await serve(work)
    const { status, body } = await ask(url, { headers: { 'x-deadline-milliseconds': '30' } })
    expect([status, body]).toEqual([504, ''])
    expect(work.requests[0]?.signal?.aborted).toBe(true)
  })

  it('is cut when its caller goes', async () => {
    const work = heldWork()
    const { url } = await serve(work)
    const gone = new AbortController()
    const asked = ask(url, { signal: gone.signal })
    await vi.waitFor(() => expect(work.requests).toHaveLength(1))
    gone.abort()
    await expect(asked).rejects.toThrow('aborted')
    await vi.waitFor(() => expect(work.requests[0]?.signal?.aborted).toBe(true))
  })
})

describe('more requests than there is room for', () => {
  const limits = { requestsAtOnce: 1, requestsWaiting: 1 }

  it('are turned away, and told when to come again', async () => {
    const work = heldWork()
    const { url } = await serve(work, { limits })
    const asked = [ask(url), ask(url), ask(url)]
    const turnedAway = await Promise.race(asked)
    expect([turnedAway.status, turnedAway.headers['retry-after']]).toEqual([503, '1'])
    expect(work.requests).toHaveLength(1)
    work.endNext()
    await vi.waitFor(() => expect(work.requests).toHaveLength(2))
    work.endNext()
    expect((await Promise.all(asked)).map(({ status }) => status).sort()).toEqual([200, 200, 503])
  })

  it('find no room where work goes on for somebody who went', async () => {
    const work = heldWork()
    const { url } = await serve(work, { limits })
    expect((await ask(url, { headers: { 'x-deadline-milliseconds': '30' } })).status).toBe(504)
    const second = ask(url)
    expect((await ask(url)).status).toBe(503)
    expect(work.requests).toHaveLength(1)
    work.endNext()
    await vi.waitFor(() => expect(work.requests).toHaveLength(2))
    work.endNext()
    expect((await second).status).toBe(200)
  })

  it('do not keep anybody from asking whether it lives and is ready', async () => {
    const work = heldWork()
    const { url } = await serve(work, { limits })
    const asked = [ask(url), ask(url)]
    await vi.waitFor(() => expect(work.requests).toHaveLength(1))
    expect((await ask(at(url, '/health/ready'), { method: 'GET' })).status).toBe(200)
    work.endNext()
    await vi.waitFor(() => expect(work.requests).toHaveLength(2))
    work.endNext()
    await Promise.all(asked)
  })
})

describe('whether it is ready', () => {
  it('is asked once at a time, and no when there is no answer', async () => {
    let times = 0
    const isReady = () => {
      times += 1
      return new Promise<boolean>(() => undefined)
    }
    const { url } = await serve({ isReady })
    const asks = [1, 2, 3].map(() => ask(at(url, '/health/ready'), { method: 'GET' }))
    expect((await Promise.all(asks)).map(({ status }) => status)).toEqual([503, 503, 503])
    expect(times).toBe(1)
  })
})

describe('a subgraph that stops', () => {
  it('lets what is under way end, refuses what comes, and closes connections that stay open', async () => {
    const work = heldWork()
    const served = await serveSubgraph(toySubgraph(work), { port: 0 })
    const agent = new Agent({ keepAlive: true })
    const idle = ask(served.url, { agent })
    await vi.waitFor(() => expect(work.requests).toHaveLength(1))
    work.endNext()
    await idle
    const underWay = ask(served.url)
    await vi.waitFor(() => expect(work.requests).toHaveLength(2))

    const stopped = served.stop()
    const late = await ask(served.url, { agent })
    expect([late.status, late.headers['retry-after'], late.headers.connection]).toEqual([503, '1', 'close'])
    expect((await ask(at(served.url, '/health/ready'), { method: 'GET' })).status).toBe(503)
    expect(work.requests).toHaveLength(2)
    work.endNext()
    const { status, headers, body } = await underWay
    expect([status, headers.connection, body]).toEqual([200, 'close', JSON.stringify(hello)])
    await stopped
    await expect(ask(served.url)).rejects.toThrow('ECONNREFUSED')
    agent.destroy()
  })

  it('cuts off what does not end', async () => {
    const work = heldWork()
    const served = await serveSubgraph(toySubgraph(work), { port: 0, limits: { stopWithinMilliseconds: 50 } })
    const asked = ask(served.url).catch((error: unknown) => error)
    await vi.waitFor(() => expect(work.requests).toHaveLength(1))
    await served.stop()
    expect(await asked).toHaveProperty('code', 'ECONNRESET')
  })

  it('closes sockets with a code after which their clients come again', async () => {
    const served = await serveSubgraph(toySubgraph(), { port: 0 })
    const { opened, end } = socketEnd(served.url)
    await opened
    const lives: string[] = []
    createClient({
      url: served.url.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      lazy: false,
      retryAttempts: 1,
      retryWait: () => {
        lives.push('again')
        return new Promise(() => undefined)
      },
      onNonLazyError: () => undefined,
      on: { connected: () => void lives.push('connected') },
    })
    await vi.waitFor(() => expect(lives).toEqual(['connected']))
    await served.stop()
    expect(await end).toBe(1001)
    await vi.waitFor(() => expect(lives).toEqual(['connected', 'again']))
  })
})

describe('two copies that are stopped and started in turn', () => {
  it('lose no request, and no mutation takes effect without its answer', async () => {
    const effects = new Set<string>()
    const execute = async ({ query: document, variables }: SubgraphRequest) => {
      await new Promise((resolve) => setImmediate(resolve))
      if (document.startsWith('mutation')) effects.add(String(variables?.['id']))
      return hello
    }
    const ports = [0, 0]
    const open = async (index: number) => {
      const served = await serveSubgraph(toySubgraph({ execute }), { port: ports[index] ?? 0 })
      ports[index] = Number(new URL(served.url).port)
      return served
    }
    const copies = [await open(0), await open(1)]
    const [first, second] = copies.map(({ url }) => url)
    const client = httpSubgraph('doctor', [first as string, second as string])
    stops.push(client.stop, ...[0, 1].map((index) => async () => copies[index]?.stop()))

    let isOver = false
    const answered: string[] = []
    const failures: unknown[] = []
    const load = async (worker: number) => {
      for (let count = 0; !isOver; count++) {
        const id = `${worker}-${count}`
        const isQuery = count % 2 === 0
        const document = isQuery ? 'query { hello }' : 'mutation { greet }'
        await client.execute({ query: document, variables: { id }, requestId: id }).then(
          () => isQuery || answered.push(id),
          (error: unknown) => failures.push(error),
        )
      }
    }
    const workers = Array.from({ length: 10 }, (_, worker) => load(worker))
    for (const index of [0, 1, 0, 1]) {
      const before = answered.length
      await copies[index]?.stop()
      copies[index] = await open(index)
      await vi.waitFor(() => expect(answered.length).toBeGreaterThan(before + 200), { timeout: 30_000 })
    }
    isOver = true
    await Promise.all(workers)
    expect(failures).toEqual([])
    expect(answered.sort()).toEqual([...effects].sort())
  })
})
