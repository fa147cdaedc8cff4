import { createServer } from 'node:http'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { SubgraphClient, SubgraphRequest } from './client.js'
import { httpSubgraph } from './http-subgraph.js'
import { type Peers, peersOf } from './peers.js'
import { serveSubgraph } from './serve.js'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

/** Peers of whom the only one is a patient subgraph behind HTTP that answers so. */
async function peersWith(execute: (request: SubgraphRequest) => Promise<unknown>): Promise<Peers> {
  const patient = { name: 'patient', execute, isReady: async () => true } as unknown as SubgraphClient
  const served = await serveSubgraph(patient, { port: 0 })
  const client = httpSubgraph('patient', [served.url])
  stops.push(served.stop, client.stop)
  return peersOf(() => client)
}

const reference = { subgraph: 'patient', type: 'Patient', ids: ['p1'], fields: '{ name }' }
const caller = { token: 'ada', requestId: 'r1' }
const away = { code: 'SERVICE_UNAVAILABLE', params: { subgraph: 'patient' } }
const refusing = (code: string) => async () => ({ data: { _entities: [null] }, errors: [{ extensions: { code } }] })

describe("a peer's entity", () => {
  it('is asked for with the token and the id of the request', async () => {
    const seen: SubgraphRequest[] = []
    const peers = await peersWith(async (request) => {
      seen.push(request)
      return { data: { _entities: [{ name: 'Ada' }] } }
    })
    expect(await peers.entities(reference, caller)).toEqual(new Map([['p1', { name: 'Ada' }]]))
    expect(seen).toMatchObject([
      {
        query: expect.stringContaining('... on Patient { name }'),
        variables: { representations: [{ __typename: 'Patient', id: 'p1' }] },
        ...caller,
      },
    ])
  })

  it.each(['FORBIDDEN', 'UNAUTHENTICATED'])('is nothing to a caller who is refused with %s', async (code) => {
    const peers = await peersWith(refusing(code))
    expect(await peers.entities(reference, caller)).toEqual(new Map())
  })

  it('is nothing where nobody has it', async () => {
    const peers = await peersWith(async () => ({ data: { _entities: [null] } }))
    expect(await peers.entities(reference, caller)).toEqual(new Map())
  })

  it('is found among others by its id, in one question, and what is not there is left out', async () => {
    const seen: SubgraphRequest[] = []
    const peers = await peersWith(async (request) => {
      seen.push(request)
      return { data: { _entities: [{ name: 'Ada' }, null, { name: 'Cy' }] } }
    })
    expect(await peers.entities({ ...reference, ids: ['p1', 'p2', 'p3'] }, caller)).toEqual(
      new Map([
        ['p1', { name: 'Ada' }],
        ['p3', { name: 'Cy' }],
      ]),
    )
    expect(seen).toHaveLength(1)
  })

  it('is not said to be missing where its owner has a fault', async () => {
    const peers = await peersWith(refusing('INTERNAL_SERVER_ERROR'))
    await expect(peers.entities(reference, caller)).rejects.toMatchObject(away)
  })

  it('is not said to be missing where nobody answers', async () => {
    const listener = createServer().listen(0)
    const { port } = listener.address() as { port: number }
    listener.close()
    const client = httpSubgraph('patient', [`http://127.0.0.1:${port}/graphql`])
    stops.push(client.stop)
    await expect(peersOf(() => client).entities(reference, caller)).rejects.toMatchObject(away)
  })

  it('is asked for under the deadline of the request, which leaves its owner less', async () => {
    const seen: SubgraphRequest[] = []
    const peers = await peersWith((request) => {
      seen.push(request)
      return new Promise(() => undefined)
    })
    const deadlineAt = performance.now() + 300
    await expect(peers.entities(reference, { ...caller, deadlineAt })).rejects.toMatchObject(away)
    // The owner hears of it over the connection, a moment after whoever asked.
    await vi.waitUntil(() => seen[0]?.signal?.aborted)
    expect(seen[0]?.deadlineAt).toBeLessThan(deadlineAt)
  })

  it('is asked for no longer when whoever waits for it goes', async () => {
    const gone = new AbortController()
    let hasHeard: (value: unknown) => void = () => undefined
    const heard = new Promise((resolve) => {
      hasHeard = resolve
    })
    const peers = await peersWith(({ signal }) => {
      signal?.addEventListener('abort', hasHeard)
      gone.abort()
      return new Promise(() => undefined)
    })
    await expect(peers.entities(reference, { ...caller, signal: gone.signal })).rejects.toMatchObject(away)
    await heard
  })
})
