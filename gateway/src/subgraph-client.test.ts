import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveSubgraph } from '@caregraph/subgraph'
import { SubgraphUnavailable } from '@caregraph/subgraph/caller'
import type { ExecutionResult } from 'graphql'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type RemoteSubgraph, remoteSubgraph } from './subgraph-client.js'
import { toyClinic } from './testing/toy-clinic.js'
import { startToyGateway } from './testing/toy-gateway.js'
import { toySubgraph } from './testing/toy-subgraph.js'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  const client = remoteSubgraph('doctor', [`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`])
  stops.push(() => client.stop())
  return client
}

const request = { query: '{ doctors { id } }', token: 'ada', requestId: 'r1', clientAddress: '192.0.2.7' }

describe('a subgraph behind HTTP', () => {
  it('gets the operation, and of the client only token, request id and address', async () => {
    let seen: unknown
    const client = await serve((incoming, response) => {
      let body = ''
      incoming.on('data', (chunk) => {
        body += chunk
      })
      incoming.on('end', () => {
        const { host: _, connection: __, 'content-length': ___, ...headers } = incoming.headers
        seen = { url: incoming.url, headers, body: JSON.parse(body) }
        response.end('{"data":{"doctors":[]}}')
      })
    })
    expect(await client.execute({ ...request, variables: { a: 1 } })).toEqual({ data: { doctors: [] } })
    expect(seen).toEqual({
      url: '/graphql',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer ada',
        'x-request-id': 'r1',
        'x-deadline-milliseconds': expect.stringMatching(/^\d{4}$/),
        'x-client-address': '192.0.2.7',
      },
      body: { query: '{ doctors { id } }', variables: { a: 1 } },
    })
  })

  it.each([
    ['a status of 500 without GraphQL', 500, 'oops'],
    ['a page', 200, '<html></html>'],
    ['JSON that is no result', 200, '{"ok":true}'],
    ['errors that are none', 200, '{"errors":"all of them"}'],
  ])('is unavailable when it answers %s', async (_, status, body) => {
    const client = await serve((__, response) => response.writeHead(status).end(body))
    await expect(client.execute(request)).rejects.toThrow(SubgraphUnavailable)
  })

  it('is unavailable when it is not there', async () => {
    const client = remoteSubgraph('doctor', ['http://127.0.0.1:1/graphql'])
    await expect(client.execute(request)).rejects.toThrow(SubgraphUnavailable)
    await client.stop()
  })

  it('is told when nobody waits any more', async () => {
    let isClosed = () => {}
    const closed = new Promise<void>((resolve) => {
      isClosed = resolve
    })
    const gone = new AbortController()
    const client = await serve((_, response) => {
      response.once('close', () => isClosed())
      gone.abort()
    })
    const answer = client.execute({ ...request, signal: gone.signal })
    await expect(answer).rejects.toThrow(SubgraphUnavailable)
    await closed
  })

  it('gives what it answers outside GraphQL as it is', async () => {
    const client = await serve(({ method, url }, response) =>
      response.writeHead(410, { 'content-type': 'text/plain' }).end(`${method} ${url}`),
    )
    const answer = await client.fetch(new Request('http://doctor/invoices/i1.pdf?signature=s'))
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      410,
      'text/plain',
      'GET /invoices/i1.pdf?signature=s',
    ])
  })

  it('answers through the gateway exactly as in its process', async () => {
    const doctor = toySubgraph(toyClinic[1] as never)
    const served = await serveSubgraph(doctor, { port: 0 })
    stops.push(() => served.stop())
    const client = remoteSubgraph('doctor', [served.url])
    stops.push(() => client.stop())
    const inside = await startToyGateway()
    stops.push(() => inside.stop())
    const outside = await startToyGateway({
      subgraphs: new Map(Object.entries({ ...inside.subgraphs, doctor: client })),
    })
    stops.push(() => outside.stop())
    const query =
      '{ appointments(first: 3) { edges { node { doctor { lastName slots } patient { email } } } } failing }'
    const [a, b] = await Promise.all([inside.ask(query), outside.ask(query)])
    expect(b.body).toMatchObject({ data: (a.body as { data: unknown }).data as object })
    expect(await client.isReady()).toBe(true)
  })
})

describe('the subscriptions to a subgraph of several copies', () => {
  const key = 'k'.repeat(32)
  const feed = { query: 'subscription { statusChanged { status } }', requestId: 'r1' }
  const event = (status: string) => ({ data: { statusChanged: { status } } })

  async function open(port = 0) {
    const appointment = toySubgraph(toyClinic[2] as never)
    const { url, stop } = await serveSubgraph(appointment, { port, key })
    stops.push(stop)
    const listeners = () => appointment.events.listenerCount('status')
    const emit = (status: string) => void appointment.events.emit('status', { id: 'a1', status })
    return { url, stop, listeners, emit }
  }

  async function listen(client: RemoteSubgraph, copies: readonly { listeners(): number }[]) {
    const count = () => copies.reduce((sum, each) => sum + each.listeners(), 0)
    const before = count()
    const events = (await client.subscribe(feed)) as AsyncGenerator<ExecutionResult, void, void>
    const next = events.next()
    await vi.waitFor(() => expect(count()).toBe(before + 1))
    return { events, next }
  }

  it('share one socket to one copy; when that goes they end, and the next ones are served by another', async () => {
    const copies = [await open(), await open()] as const
    const client = remoteSubgraph('appointment', [copies[0].url, copies[1].url], { key })
    stops.push(() => client.stop())
    const first = await listen(client, copies)
    const second = await listen(client, copies)
    const [used, other] = copies[0].listeners() > 0 ? copies : [copies[1], copies[0]]
    expect([used.listeners(), other.listeners()]).toEqual([2, 0])
    used.emit('CONFIRMED')
    expect(await first.next).toMatchObject({ value: event('CONFIRMED') })
    await second.next
    const ends = [first, second].map(({ events }) => expect(events.next()).rejects.toThrow(SubgraphUnavailable))
    await used.stop()
    await Promise.all(ends)
    const third = await listen(client, copies)
    expect(other.listeners()).toBe(1)
    other.emit('CANCELLED')
    expect(await third.next).toMatchObject({ value: event('CANCELLED') })
  })

  it('begin at another copy where one is not there', async () => {
    const copy = await open()
    const nowhere = 'http://127.0.0.1:1/graphql'
    for (const urls of [[nowhere, copy.url] as const, [copy.url, nowhere] as const]) {
      const client = remoteSubgraph('appointment', urls, { key })
      stops.push(() => client.stop())
      const { next } = await listen(client, [copy])
      copy.emit('CONFIRMED')
      expect(await next).toMatchObject({ value: event('CONFIRMED') })
    }
  })

  it('end at once where no copy is there', async () => {
    const client = remoteSubgraph('appointment', ['http://127.0.0.1:1/graphql', 'http://127.0.0.1:1/graphql'])
    stops.push(() => client.stop())
    const events = (await client.subscribe(feed)) as AsyncGenerator<ExecutionResult, void, void>
    await expect(events.next()).rejects.toThrow(SubgraphUnavailable)
  })
})
