import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SubgraphUnavailable, serveSubgraph } from '@caregraph/subgraph'
import { afterEach, describe, expect, it } from 'vitest'
import { remoteSubgraph } from './subgraph-client.js'
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
        'x-deadline-milliseconds': '8100',
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
