import { once } from 'node:events'
import { openTestClinic, type TestClinic } from '@caregraph/cluster/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { bookSteadily, gatewaysOf, prepareWishes, type Wish } from './booking-load.js'
import { expectWholeBooks } from './books.js'
import { type SignedIn, signIn } from './client.js'
import { enginesAreThere } from './engines-are-there.js'
import { clusterSettings } from './process.js'
import { until } from './until.js'

const bookingsPerSecond = 10
const effectsWithinMilliseconds = 30_000
const comeBack = 1001

describe.skipIf(!enginesAreThere)('a process that is asked to end while visits are booked', () => {
  let clinic: TestClinic
  let admin: SignedIn
  let wishes: Generator<Wish, never>
  const booked: string[] = []
  beforeAll(async () => {
    clinic = await openTestClinic({ copiesOf: { gateway: 2, appointment: 2 }, settings: clusterSettings })
    admin = await signIn(clinic.url)
    wishes = await prepareWishes(admin)
  }, 180_000)
  afterAll(() => clinic?.close(), 180_000)

  it('exits with 0 in time, whatever it is; nothing is lost or doubled', async () => {
    const stopping = new AbortController()
    const load = bookSteadily({
      ...{ admin, wishes },
      gateways: gatewaysOf(clinic),
      perSecond: bookingsPerSecond,
      stop: stopping.signal,
    })
    const ends: Record<string, number | null> = {}
    try {
      for (const copy of clinic.copies) {
        ends[copy.name] = await clinic.stop(copy)
        await clinic.start(copy)
      }
    } finally {
      stopping.abort()
    }
    const { acknowledged, refused } = await load
    expect(ends).toEqual(Object.fromEntries(clinic.copies.map(({ name }) => [name, 0])))
    expect(Object.fromEntries(refused)).toEqual({})
    booked.push(...acknowledged.values())
    await expectWholeBooks(admin, booked, effectsWithinMilliseconds)
  }, 300_000)

  it('tells the sockets of a gateway to come back', async () => {
    const gateway = clinic.copies.find(({ room }) => room === 'gateway')
    if (gateway === undefined) throw new Error('the clinic has a gateway')
    const socket = await listen(clinic.urlOf(gateway), admin)
    const closed = once(socket, 'close')
    expect(await clinic.stop(gateway)).toBe(0)
    const [code] = await closed
    expect(code).toBe(comeBack)
    await clinic.start(gateway)
  })

  it('that is a subgraph ends its subscriptions with a word, and the next subscription is served', async () => {
    const socket = await listen(clinic.url, admin)
    const told: string[] = []
    socket.on('message', (message) => told.push(String(message)))
    const copies = clinic.copies.filter(({ room }) => room === 'appointment')
    for (const copy of copies) {
      expect(await clinic.stop(copy)).toBe(0)
      await clinic.start(copy)
    }
    await until('a word about the end', async () => told.some((each) => each.includes('SERVICE_UNAVAILABLE')))
    socket.close()
    const next = await listen(clinic.url, admin)
    next.close()
  }, 120_000)
})

async function listen(url: string, { token }: SignedIn): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }))
  await once(socket, 'message')
  const query = 'subscription { appointmentStatusChanged { status appointment { id } } }'
  socket.send(JSON.stringify({ id: 'live', type: 'subscribe', payload: { query } }))
  return socket
}
