import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type SubgraphRequest, SubgraphUnavailable } from './client.js'
import { type HttpSubgraph, type HttpSubgraphOptions, httpSubgraph } from './http-subgraph.js'
import type { SubgraphUrls } from './subgraph-urls.js'

const stops: (() => Promise<unknown> | undefined)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

interface ToyCopy {
  readonly url: string
  readonly seen: IncomingMessage[]
  /** How it answers from now on. */
  answer: RequestListener
}

const good: RequestListener = (_, response) => void response.end('{"data":{"hello":"hello"}}')
const hold: RequestListener = () => undefined
const breakOff: RequestListener = ({ socket }) => void socket.destroy()
const status =
  (code: number, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(code, headers).end()

async function startCopy(answer: RequestListener = good): Promise<ToyCopy> {
  const take = (request: IncomingMessage, response: ServerResponse) => {
    copy.seen.push(request)
    request.resume().once('end', () => copy.answer(request, response))
  }
  const server = createServer(take).listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
  const copy: ToyCopy = { url, seen: [], answer }
  return copy
}

/** Nobody listens there. */
const nowhere = { url: 'http://127.0.0.1:1/graphql' }

function clientOf(copies: readonly { url: string }[], options?: HttpSubgraphOptions): HttpSubgraph {
  const [first = nowhere.url, ...others] = copies.map(({ url }) => url)
  const client = httpSubgraph('doctor', [first, ...others] satisfies SubgraphUrls, options)
  stops.push(client.stop)
  return client
}

const query: SubgraphRequest = { query: 'query Hello { hello }', requestId: 'r1' }
const mutation: SubgraphRequest = { query: 'mutation { greet }', requestId: 'r1' }
const hello = { data: { hello: 'hello' } }
const seenBy = (copies: readonly ToyCopy[]) => copies.map(({ seen }) => seen.length)
const soon = (milliseconds: number) => ({ deadlineAt: performance.now() + milliseconds })

describe('the copies of a subgraph', () => {
  it('share the requests, the least busy first', async () => {
    const copies = [await startCopy(hold), await startCopy(hold)]
    const client = clientOf(copies)
    const asked = Array.from({ length: 10 }, () => client.execute(query).catch(() => undefined))
    await vi.waitFor(() => expect(seenBy(copies)).toEqual([5, 5]))
    await client.stop()
    await Promise.all(asked)
  })

  it('are left alone after five failures in a row, but for one try after a second', async () => {
    let milliseconds = 0
    const [bad, fine] = [await startCopy(breakOff), await startCopy()]
    const client = clientOf([bad, fine], { elapsed: () => milliseconds })
    for (let time = 0; time < 20; time++) expect(await client.execute(query)).toEqual(hello)
    expect(bad.seen).toHaveLength(5)
    milliseconds = 1_000
    for (let time = 0; time < 20; time++) expect(await client.execute(query)).toEqual(hello)
    expect(bad.seen).toHaveLength(6)
    bad.answer = good
    milliseconds = 2_000
    for (let time = 0; time < 20; time++) expect(await client.execute(query)).toEqual(hello)
    expect(bad.seen.length).toBeGreaterThan(10)
  })

  it('that failed before are tried by no mutation while another one answers', async () => {
    let milliseconds = 0
    const [bad, fine] = [await startCopy(breakOff), await startCopy()]
    const client = clientOf([bad, fine], { elapsed: () => milliseconds })
    for (let time = 0; time < 20; time++) await client.execute(query)
    milliseconds = 1_000
    for (let time = 0; time < 20; time++) expect(await client.execute(mutation)).toEqual(hello)
    expect(bad.seen).toHaveLength(5)
  })

  it('are asked no more once they say that they go', async () => {
    const going = await startCopy((_, response) => {
      response.setHeader('connection', 'close').end('{"data":{"hello":"hello"}}')
    })
    const client = clientOf([going, await startCopy()], { elapsed: () => 0 })
    for (let time = 0; time < 10; time++) expect(await client.execute(mutation)).toEqual(hello)
    expect(going.seen).toHaveLength(1)
  })

  it('that are gone and come back are found at once where there is no other', async () => {
    const copy = await startCopy(breakOff)
    const client = clientOf([copy], { elapsed: () => 0 })
    for (let time = 0; time < 10; time++) await expect(client.execute(query)).rejects.toThrow(SubgraphUnavailable)
    copy.answer = good
    expect(await client.execute(mutation)).toEqual(hello)
  })

  it('that kept everybody waiting in vain are asked no more, and that is said at once', async () => {
    const copy = await startCopy(hold)
    const client = clientOf([copy], { elapsed: () => 0 })
    const asked = Array.from({ length: 5 }, () => client.execute({ ...query, ...soon(1_200) }))
    for (const { status: outcome } of await Promise.allSettled(asked)) expect(outcome).toBe('rejected')
    await expect(client.execute(query)).rejects.not.toHaveProperty('cause')
    expect(copy.seen).toHaveLength(5)
  })
})

describe('a query', () => {
  it.each([
    ['breaks off', breakOff],
    ['answers 500', status(500)],
    ['is too busy', status(503, { 'retry-after': '1' })],
    ['says that it cannot answer in time', status(504)],
  ])('is asked once more at another copy when one %s', async (_, answer) => {
    const [bad, fine] = [await startCopy(answer), await startCopy()]
    const client = clientOf([bad, fine])
    expect(await Promise.all([client.execute(query), client.execute(query)])).toEqual([hello, hello])
    expect(seenBy([bad, fine])).toEqual([1, 2])
  })

  it('is asked once more, and never a third time', async () => {
    const copies = [await startCopy(breakOff), await startCopy(breakOff), await startCopy(breakOff)]
    await expect(clientOf(copies).execute(query)).rejects.toThrow(SubgraphUnavailable)
    expect(seenBy(copies).sort()).toEqual([0, 1, 1])
  })

  it('is asked once more of the only copy when that closed the connection', async () => {
    const copy = await startCopy()
    const client = clientOf([copy])
    await client.execute(query)
    copy.answer = ({ socket }) => {
      copy.answer = good
      socket.destroy()
    }
    expect(await client.execute(query)).toEqual(hello)
    expect(copy.seen).toHaveLength(3)
  })

  it('is asked once of the only copy when that has an answer which is none', async () => {
    const copy = await startCopy(status(500))
    await expect(clientOf([copy]).execute(query)).rejects.toThrow(SubgraphUnavailable)
    expect(copy.seen).toHaveLength(1)
  })

  it('leaves half of its time to another copy when one says nothing', async () => {
    const [silent, fine] = [await startCopy(hold), await startCopy()]
    const client = clientOf([silent, fine])
    const answers = [client.execute({ ...query, ...soon(800) }), client.execute({ ...query, ...soon(800) })]
    expect(await Promise.all(answers)).toEqual([hello, hello])
    expect(silent.seen).toHaveLength(1)
  })

  it('is cut at the copy when nobody waits any more, and asked nowhere else', async () => {
    const copies = [await startCopy(), await startCopy()]
    const gone = new AbortController()
    const cut = new Promise<void>((resolve) => {
      for (const copy of copies) {
        copy.answer = (_, response) => {
          response.once('close', resolve)
          gone.abort()
        }
      }
    })
    await expect(clientOf(copies).execute({ ...query, signal: gone.signal })).rejects.toThrow(SubgraphUnavailable)
    await cut
    expect(seenBy(copies).sort()).toEqual([0, 1])
  })

  it('says how long the copy may take, and keeps something of the time that is left for the way back', async () => {
    const copy = await startCopy()
    await clientOf([copy]).execute({ ...query, ...soon(5_000) })
    const given = Number(copy.seen[0]?.headers['x-deadline-milliseconds'])
    expect(given).toBeGreaterThan(3_000)
    expect(given).toBeLessThanOrEqual(4_050)
  })
})

describe('a mutation', () => {
  it.each([
    ['breaks off', breakOff],
    ['answers 500', status(500)],
    ['is behind a proxy that answers 503', status(503)],
    ['says that it cannot answer in time', status(504)],
  ])('is asked nowhere else when a copy %s', async (_, answer) => {
    const copies = [await startCopy(answer), await startCopy(answer)]
    await expect(clientOf(copies).execute(mutation)).rejects.toThrow(SubgraphUnavailable)
    expect(seenBy(copies).sort()).toEqual([0, 1])
  })

  it('is asked of another copy when one turned it away at the door', async () => {
    const [busy, fine] = [await startCopy(status(503, { 'retry-after': '1' })), await startCopy()]
    const client = clientOf([busy, fine])
    expect(await Promise.all([client.execute(mutation), client.execute(mutation)])).toEqual([hello, hello])
    expect(busy.seen).toHaveLength(1)
  })

  it('is asked of another copy when one is not there', async () => {
    const client = clientOf([nowhere, await startCopy()])
    for (let time = 0; time < 4; time++) expect(await client.execute(mutation)).toEqual(hello)
  })

  it('is never taken for a query', async () => {
    const copies = [await startCopy(breakOff), await startCopy(breakOff)]
    const document = 'query A { hello } mutation B { greet }'
    await expect(clientOf(copies).execute({ ...query, query: document })).rejects.toThrow(SubgraphUnavailable)
    expect(seenBy(copies).sort()).toEqual([0, 1])
  })

  it('says nothing of a copy when its client went', async () => {
    const copy = await startCopy(hold)
    const client = clientOf([copy])
    for (let time = 1; time <= 6; time++) {
      const gone = new AbortController()
      const asked = client.execute({ ...mutation, signal: gone.signal })
      await vi.waitFor(() => expect(copy.seen).toHaveLength(time))
      gone.abort()
      await expect(asked).rejects.toThrow(SubgraphUnavailable)
    }
  })
})

describe('what is not GraphQL', () => {
  it('is asked of another copy too', async () => {
    const page: RequestListener = ({ url }, response) => void response.end(url)
    const client = clientOf([nowhere, await startCopy(page)])
    for (let time = 0; time < 4; time++) {
      const answer = await client.fetch(new Request('http://doctor/invoices/i1.pdf?signature=s'))
      expect(await answer.text()).toBe('/invoices/i1.pdf?signature=s')
    }
  })
})

describe('a subgraph', () => {
  it('is ready when one of its copies is', async () => {
    expect(await clientOf([nowhere, await startCopy(status(503)), await startCopy()]).isReady()).toBe(true)
    expect(await clientOf([nowhere, await startCopy(status(503))]).isReady()).toBe(false)
  })

  it('is not ready when its only copy says nothing', async () => {
    expect(await clientOf([await startCopy(hold)]).isReady()).toBe(false)
  })

  it('is told the key of the house with every request', async () => {
    const copy = await startCopy()
    const client = clientOf([copy], { key: 'k'.repeat(32) })
    await client.execute(query)
    await client.fetch(new Request('http://doctor/.well-known/jwks.json'))
    await client.isReady()
    expect(copy.seen.map(({ headers }) => headers['x-subgraph-key'])).toEqual(Array(3).fill('k'.repeat(32)))
  })

  it('keeps no more than a thousand requests waiting', async () => {
    const copy = await startCopy(hold)
    const client = clientOf([copy])
    let away = 0
    const asked = Array.from({ length: 1_074 }, () =>
      client.execute(mutation).catch(() => {
        away += 1
      }),
    )
    await vi.waitFor(() => expect(away).toBe(10))
    await client.stop()
    await Promise.all(asked)
  })
})
