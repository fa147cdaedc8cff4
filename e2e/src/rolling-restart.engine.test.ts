import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openTestClinic, type TestClinic } from '@caregraph/cluster/testing'
import { describeOn } from '@caregraph/engines/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import WebSocket from 'ws'
import { allNodes, type Client, signIn } from './client.js'
import { startLoad, type Tally } from './clinic-load.js'
import { administrator } from './process.js'

const rooms = ['gateway', 'auth', 'patient', 'doctor', 'appointment', 'billing', 'analytics']
const oneInAThousand = 0.001
const quotedCharacters = 3_000
/** RFC 6455: who closes goes away, and nothing was wrong with the client. */
const goingAway = 1001

await describeOn('kafka', 'two copies of each, stopped and started in turn under load', () => {
  let clinic: TestClinic
  let admin: Client
  let tally: Tally
  /** By the name of the process. */
  const exitCodes = new Map<string, number | null>()
  const closeCodes: number[] = []

  beforeAll(async () => {
    clinic = await openTestClinic({
      copiesOf: Object.fromEntries(rooms.map((room) => [room, 2])),
      settings: {
        ADMIN_EMAIL: administrator.email,
        ADMIN_PASSWORD: administrator.password,
        ANONYMOUS_PER_MINUTE: '100000',
      },
    })
    admin = await signIn(clinic.url)
    const doors = clinic.copies.filter(({ room }) => room === 'gateway').map(({ port }) => `http://127.0.0.1:${port}`)
    const load = await startLoad(doors, admin)
    const feeds = await Promise.all(doors.map((door) => openFeed(door, admin)))
    for (const feed of feeds) feed.on('close', (code) => closeCodes.push(code))
    for (const copy of clinic.copies) {
      exitCodes.set(copy.name, await clinic.stop(copy))
      await clinic.start(copy)
    }
    tally = await load.end()
  }, 900_000)
  afterAll(() => clinic?.close(), 60_000)

  it('have all ended with 0 within the ten seconds that a supervisor waits', async () => {
    for (const { name } of clinic.copies) {
      const log = await readFile(join(clinic.home, `${name}.log`), 'utf8')
      expect(exitCodes.get(name), `${name} wrote: ${log.slice(-quotedCharacters)}`).toBe(0)
    }
  })

  it('closed their live feeds as those who go away, so that clients come again', () => {
    expect(closeCodes).toEqual([goingAway, goingAway])
  })

  it('failed at most one request in a thousand', () => {
    const { asked, failures } = tally
    expect(failures.length, `of ${asked}: ${JSON.stringify(failures)}`).toBeLessThanOrEqual(asked * oneInAThousand)
  })

  it('have made every visit that was acknowledged, and none of which they said otherwise', async () => {
    const visits = await allNodes<Visit>(
      admin,
      'query ($after: String) { appointments(first: 100, after: $after) { edges { node { id startsAt doctor { id } } } pageInfo { hasNextPage endCursor } } }',
    )
    const kept = new Set(visits.map(({ id }) => id))
    expect(tally.booked.filter((id) => !kept.has(id))).toEqual([])
    const wasMade = ({ doctorId, startsAt }: Tally['refused'][number]) =>
      visits.some((visit) => visit.doctor.id === doctorId && visit.startsAt === startsAt)
    expect(tally.refused.filter(wasMade)).toEqual([])
  })
})

interface Visit {
  readonly id: string
  readonly startsAt: string
  readonly doctor: { readonly id: string }
}

async function openFeed(door: string, { token }: Client): Promise<WebSocket> {
  const socket = new WebSocket(`${door.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }))
  await once(socket, 'message')
  const query = 'subscription { appointmentStatusChanged { status } }'
  socket.send(JSON.stringify({ id: 'live', type: 'subscribe', payload: { query } }))
  return socket
}
