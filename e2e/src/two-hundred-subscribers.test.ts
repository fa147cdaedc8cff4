import { once } from 'node:events'
import { queryObjects } from 'node:v8'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import WebSocket from 'ws'
import { type Client, signIn } from './client.js'
import { openClinicHere } from './clinic-here.js'
import { inFlight } from './in-flight.js'
import { aDoctor, aPatient, aServiceType, bookAppointment, inHours } from './people.js'
import { until } from './until.js'

const subscribers = 200

let clinic: Awaited<ReturnType<typeof openClinicHere>>
let admin: Client
beforeAll(async () => {
  clinic = await openClinicHere()
  admin = await signIn(clinic.url)
})
afterAll(() => clinic.close())

describe('two hundred subscribers', () => {
  it('hear of a visit, and when they have gone no listener, timer or socket is left', async () => {
    const appointment = clinic.clinic.subgraphs.get('appointment')
    if (appointment === undefined) throw new Error('the clinic has appointments')
    const subscribe = vi.spyOn(appointment, 'subscribe')
    const tell = await aTalkativeClinic(admin)

    await comeAndGo(clinic.url, admin, { count: 1, tell })
    await until('the first to be forgotten', async () => held().sockets === 0)
    // The house has timers of its own, such as those of idle database connections: a few more or less.
    const before = held()

    const during = await comeAndGo(clinic.url, admin, { count: subscribers, tell })
    // What is measured is there while they listen: a socket at both ends, and a timer for the end of each token.
    expect(during.sockets).toBeGreaterThanOrEqual(2 * subscribers)
    expect(during.timers).toBeGreaterThanOrEqual(before.timers + subscribers)
    await until('all to be forgotten', async () => held().sockets === 0)
    await until('their timers to be cleared', async () => held().timers < before.timers + subscribers / 10)
    expect(subscribe).toHaveBeenCalledTimes(subscribers + 1)
    for (const { value: feed } of subscribe.mock.settledResults) {
      expect(await (feed as AsyncGenerator<unknown>).next()).toEqual({ done: true, value: undefined })
    }
  }, 60_000)
})

/** What would stay behind a subscriber who is not let go: all that refers to a socket keeps it from being collected. */
const held = () => ({
  sockets: Number(queryObjects(WebSocket, { format: 'count' })),
  timers: process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length,
})

/** Answers how to make something happen that every subscriber hears of. */
async function aTalkativeClinic(staff: Client): Promise<() => Promise<void>> {
  const people = { doctorId: await aDoctor(staff), patientId: await aPatient(staff) }
  const serviceType = await aServiceType(staff)
  let hours = 24
  return async () => {
    await staff.get(bookAppointment, { input: { ...people, serviceType, startsAt: inHours(hours++) } })
  }
}

/** Answers what was held while all of them listened. */
async function comeAndGo(
  url: string,
  who: Client,
  { count, tell }: { count: number; tell: () => Promise<void> },
): Promise<ReturnType<typeof held>> {
  const heard = new Set<WebSocket>()
  const sockets = await inFlight(20, Array(count).fill(0), async () => {
    const socket = await open(url, who)
    socket.on('message', (message) => {
      if (JSON.parse(String(message)).payload?.data?.appointmentStatusChanged.appointment.patient.name)
        heard.add(socket)
    })
    return socket
  })
  // Only what it has heard tells that a subscription has begun; each word is heard by all who have.
  while (heard.size < count) {
    await tell()
    const everybody = until('everybody', async () => heard.size === count, 1_000)
    await everybody.catch(() => undefined)
  }
  const during = held()
  await Promise.all(sockets.map(leave))
  return during
}

async function open(url: string, { token }: Client): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }))
  await once(socket, 'message')
  const query = 'subscription { appointmentStatusChanged { status appointment { patient { name } } } }'
  socket.send(JSON.stringify({ id: 'live', type: 'subscribe', payload: { query } }))
  return socket
}

/** Some say goodbye, some close the page, some walk out of the network. */
async function leave(socket: WebSocket, index: number): Promise<void> {
  const closed = once(socket, 'close')
  if (index % 3 === 0) socket.send(JSON.stringify({ id: 'live', type: 'complete' }))
  if (index % 3 === 2) socket.terminate()
  else socket.close()
  await closed
}
