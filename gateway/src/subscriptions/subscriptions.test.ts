import { once } from 'node:events'
import { serveSubgraph } from '@caregraph/subgraph'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { GatewayOptions } from '../server.js'
import { remoteSubgraph } from '../subgraph-client.js'
import { type ToyClient, toyClient } from '../testing/toy-client.js'
import { toyClinic } from '../testing/toy-clinic.js'
import { startToyGateway, type ToyGateway } from '../testing/toy-gateway.js'
import { type ToySubgraph, toySubgraph } from '../testing/toy-subgraph.js'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function start(options: Partial<GatewayOptions> = {}): Promise<ToyGateway> {
  const gateway = await startToyGateway(options)
  stops.push(() => gateway.stop())
  return gateway
}

function connect(gateway: ToyGateway, token?: string): ToyClient {
  const client = toyClient(gateway.url, token === undefined ? {} : { authorization: `Bearer ${token}` })
  stops.push(() => client.stop())
  return client
}

const listeners = ({ events }: ToySubgraph) => events.listenerCount('status')
const listening = (subgraph: ToySubgraph, count: number) =>
  vi.waitFor(() => expect(listeners(subgraph)).toBe(count), { timeout: 10_000 })

const feed = /* GraphQL */ `
  subscription Feed {
    statusChanged {
      status
      appointment { id who: patient { lastName secret } doctor { lastName } invoice { total } }
    }
  }
`

describe('an event', () => {
  it('carries fields of every subgraph, each as far as the subscriber may see', async () => {
    const gateway = await start()
    const known = connect(gateway, gateway.issue('ada')).subscribe(feed)
    const stranger = connect(gateway).subscribe(feed)
    await listening(gateway.subgraphs.appointment, 2)
    gateway.subgraphs.appointment.events.emit('status', { id: 'a4', status: 'CONFIRMED' })
    await vi.waitFor(() => expect([known.results.length, stranger.results.length]).toEqual([1, 1]))

    const answer = (secret: string | null) => ({
      statusChanged: {
        status: 'CONFIRMED',
        appointment: {
          id: 'a4',
          who: { lastName: 'Patient p5', secret },
          doctor: { lastName: 'Doctor d2' },
          invoice: null,
        },
      },
    })
    const forbidden = (...path: string[]) => ({
      message: 'refused: FORBIDDEN',
      path: ['statusChanged', 'appointment', ...path],
      extensions: { code: 'FORBIDDEN' },
    })
    expect(known.results).toEqual([{ data: answer('a secret'), errors: [forbidden('invoice')] }])
    expect(stranger.results).toEqual([
      { data: answer(null), errors: [forbidden('who', 'secret'), forbidden('invoice')] },
    ])
  })

  it('is delivered with a gap and its reason while a subgraph is away', async () => {
    const gateway = await start()
    const { results } = connect(gateway).subscribe(
      'subscription { statusChanged { appointment { doctor { lastName } } } }',
    )
    await listening(gateway.subgraphs.appointment, 1)
    gateway.subgraphs.doctor.mode = 'closed'
    gateway.subgraphs.appointment.events.emit('status', { id: 'a1', status: 'CONFIRMED' })
    await vi.waitFor(() => expect(results).toHaveLength(1))
    expect(results).toEqual([
      {
        data: { statusChanged: { appointment: { doctor: null } } },
        errors: [
          {
            message: 'This department does not answer right now: try again in a moment.',
            path: ['statusChanged', 'appointment', 'doctor'],
            extensions: { code: 'SERVICE_UNAVAILABLE', params: { subgraph: 'doctor' } },
          },
        ],
      },
    ])
  })

  it('reaches each subscriber in the order in which it happened', async () => {
    const gateway = await start()
    const { results } = connect(gateway).subscribe(
      'subscription { statusChanged { status appointment { invoice { total } } } }',
    )
    await listening(gateway.subgraphs.appointment, 1)
    const sent = Array.from({ length: 50 }, (_, index) => `STATUS_${index}`)
    for (const status of sent) gateway.subgraphs.appointment.events.emit('status', { id: 'a1', status })
    await vi.waitFor(() => expect(results).toHaveLength(50))
    expect(
      results.map((each) => (each as { data: { statusChanged: { status: string } } }).data.statusChanged.status),
    ).toEqual(sent)
  })
})

describe('a subscription that is refused', () => {
  it('ends with the refusal at its path', async () => {
    const gateway = await start()
    const { results, ended } = connect(gateway).subscribe('subscription { forStaff { status } }')
    await ended
    expect(results).toEqual([
      {
        data: null,
        errors: [{ message: 'refused: FORBIDDEN', path: ['forStaff'], extensions: { code: 'FORBIDDEN' } }],
      },
    ])
  })

  it('ends with SERVICE_UNAVAILABLE where its owner is away', async () => {
    const gateway = await start()
    gateway.subgraphs.appointment.mode = 'closed'
    const { results, ended } = connect(gateway).subscribe(feed)
    await ended
    expect(results).toMatchObject([
      { data: null, errors: [{ path: ['statusChanged'], extensions: { code: 'SERVICE_UNAVAILABLE' } }] },
    ])
  })
})

describe('a socket', () => {
  it('answers queries and mutations too', async () => {
    const gateway = await start()
    const client = connect(gateway)
    const query = client.subscribe('query ($id: ID!) { patient(id: $id) { lastName } }', { id: 'p1' })
    const mutation = client.subscribe('mutation { book(patientId: "p1") { id } }')
    await Promise.all([query.ended, mutation.ended])
    expect(query.results).toEqual([{ data: { patient: { lastName: 'Patient p1' } } }])
    expect(mutation.results).toEqual([{ data: { book: { id: 'a1' } } }])
  })

  it('is refused what is refused over HTTP, in the same words', async () => {
    const gateway = await start()
    const client = connect(gateway)
    for (const [query, variables] of [
      ['{ patient(id: "p1") { lastName', {}],
      ['{ patient(id: "p1") { nothing } }', {}],
      [`{ ${Array.from({ length: 61 }, (_, index) => `a${index}: doctors { id }`).join(' ')} }`, {}],
      [
        'mutation ($input: RegisterPatientInput!) { registerPatient(input: $input) { id } }',
        { input: { lastName: 1 } },
      ],
    ] as const) {
      const overSocket = client.subscribe(query, variables)
      const ended = await overSocket.ended
      const { body } = await gateway.ask(query, { variables })
      expect(ended === undefined ? overSocket.results[0] : { errors: ended }).toEqual(body)
    }
  })

  it('is not opened with a token that does not verify', async () => {
    const gateway = await start()
    const client = connect(gateway, 'forged')
    expect(await client.subscribe(feed).ended).toBe(4403)
    expect(listeners(gateway.subgraphs.appointment)).toBe(0)
  })

  it('is closed when its token expires, and hears of no event after that', async () => {
    const gateway = await start()
    const client = connect(gateway, gateway.issue('ada', Date.now() + 2_000))
    const { results, ended } = client.subscribe(feed)
    await listening(gateway.subgraphs.appointment, 1)
    expect(await ended).toBe(4403)
    await listening(gateway.subgraphs.appointment, 0)
    expect(results).toEqual([])
  })

  it('is closed instead of telling an event to a session that has ended', async () => {
    const gateway = await start()
    const client = connect(gateway, gateway.issue('ada'))
    const { results, ended } = client.subscribe(feed)
    await listening(gateway.subgraphs.appointment, 1)
    gateway.revoke('ada')
    gateway.subgraphs.appointment.events.emit('status', { id: 'a1', status: 'CONFIRMED' })
    expect(await ended).toBe(4403)
    expect(results).toEqual([])
  })

  it('is closed with "come back" when the gateway stops', async () => {
    const gateway = await start()
    const client = connect(gateway)
    const { ended } = client.subscribe(feed)
    await listening(gateway.subgraphs.appointment, 1)
    await gateway.stop()
    expect(await ended).toBe(1001)
    expect(listeners(gateway.subgraphs.appointment)).toBe(0)
  })

  it('takes no more operations at once than the limit, and no frame beyond it', async () => {
    const gateway = await start({ limits: { operationsPerSocket: 2, bodyBytes: 1_000 } })
    const client = connect(gateway)
    client.subscribe(feed)
    client.subscribe(feed)
    await listening(gateway.subgraphs.appointment, 2)
    expect(await client.subscribe(feed).ended).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }])
    client.subscribe(`{ doctors { id } } # ${'x'.repeat(2_000)}`)
    expect((await client.closed).code).toBe(1009)
  })

  it('is refused beyond the number that one address may have', async () => {
    const gateway = await start({ limits: { socketsPerAddress: 1 } })
    connect(gateway).subscribe(feed)
    await listening(gateway.subgraphs.appointment, 1)
    expect(await connect(gateway).subscribe(feed).ended).toBeDefined()
    expect(listeners(gateway.subgraphs.appointment)).toBe(1)
  })
})

describe('a client that does not read', () => {
  it('is cut off, instead of filling the memory with what waits for it', async () => {
    const gateway = await start()
    const { appointment } = gateway.subgraphs
    const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws')
    await once(socket, 'open')
    socket.send('{"type":"connection_init"}')
    await once(socket, 'message')
    socket.send(
      JSON.stringify({ id: '1', type: 'subscribe', payload: { query: 'subscription { statusChanged { status } }' } }),
    )
    await listening(appointment, 1)
    socket.pause()
    const status = 'x'.repeat(200_000)
    await vi.waitFor(
      () => {
        for (let each = 0; each < 20; each++) appointment.events.emit('status', { id: 'a1', status })
        expect(listeners(appointment)).toBe(0)
      },
      { timeout: 30_000, interval: 10 },
    )
    socket.terminate()
  })
})

describe('two hundred subscribers that come and go', () => {
  const count = 200
  const held = () =>
    process.getActiveResourcesInfo().filter((name) => name === 'Timeout' || name.startsWith('TCP')).length

  it('leave no listener, timer or socket, whichever way they go', async () => {
    const gateway = await start()
    const { appointment } = gateway.subgraphs
    const before = held()
    const clients = Array.from({ length: count }, (_, index) =>
      connect(gateway, gateway.issue(`user${index}`, Date.now() + 500_000)),
    )
    const subscriptions = clients.map((client) => client.subscribe(feed))
    await listening(appointment, count)
    appointment.events.emit('status', { id: 'a1', status: 'CONFIRMED' })
    await vi.waitFor(() => expect(subscriptions.every(({ results }) => results.length === 1)).toBe(true), 10_000)

    for (const { unsubscribe } of subscriptions.slice(0, count / 2)) unsubscribe()
    await listening(appointment, count / 2)
    await Promise.all(clients.slice(count / 2).map((client) => client.stop()))
    await listening(appointment, 0)
    await vi.waitFor(() => expect(held()).toBeLessThanOrEqual(before), { timeout: 10_000 })
  })
})

describe('a subgraph in another process', () => {
  it('has one socket for all subscribers, each with his own token, and loses it when the last is gone', async () => {
    const appointment = toySubgraph(toyClinic[2] as never)
    const served = await serveSubgraph(appointment, { port: 0 })
    stops.push(() => served.stop())
    const client = remoteSubgraph('appointment', [served.url])
    stops.push(() => client.stop())
    const rest = [0, 1, 3].map((index) => toySubgraph(toyClinic[index] as never))
    const gateway = await start({ subgraphs: new Map([...rest, client].map((each) => [each.name, each])) })

    const subscriptions = ['ada', 'bob', 'eve'].map((name) => connect(gateway, gateway.issue(name)).subscribe(feed))
    await listening(appointment, 3)
    expect(appointment.requests.map(({ token }) => token).sort()).toEqual(['ada', 'bob', 'eve'])
    appointment.events.emit('status', { id: 'a1', status: 'CONFIRMED' })
    await vi.waitFor(() => expect(subscriptions.every(({ results }) => results.length === 1)).toBe(true))
    expect(subscriptions[0]?.results).toMatchObject([
      { data: { statusChanged: { appointment: { id: 'a1', doctor: { lastName: 'Doctor d2' } } } } },
    ])

    subscriptions[0]?.unsubscribe()
    await listening(appointment, 2)
    await served.stop()
    await vi.waitFor(() => expect(subscriptions[1]?.results).toHaveLength(2))
    expect(subscriptions[1]?.results[1]).toEqual({
      data: null,
      errors: [
        {
          message: 'This department does not answer right now: try again in a moment.',
          path: ['statusChanged'],
          extensions: { code: 'SERVICE_UNAVAILABLE', params: { subgraph: 'appointment' } },
        },
      ],
    })
    await subscriptions[1]?.ended
  })
})
