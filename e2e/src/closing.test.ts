import { once } from 'node:events'
import { chmod, chown } from 'node:fs/promises'
import { createServer } from 'node:net'
import { freePort } from '@caregraph/embedded-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allNodes, type Client, clientOf, signIn } from './client.js'
import { inFlight } from './in-flight.js'
import { aDoctor, aPatient, aServiceType, bookAppointment, inHours } from './people.js'
import { isAlive, runningPostgres } from './postgres.js'
import { type ClinicProcess, removeFolder, spawnClinic, startClinicProcess, temporaryFolder } from './process.js'
import { until } from './until.js'

const supervisorsPatienceMilliseconds = 10_000

let dataDirectory: string
beforeAll(async () => {
  dataDirectory = await temporaryFolder()
})
afterAll(() => removeFolder(dataDirectory))

describe('a clinic that is asked to close', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('by %s under load ends with 0 in time and loses nothing', async (signal) => {
    const clinic = await startClinicProcess({ dataDirectory })
    const admin = await signIn(clinic.url)
    const acknowledged: string[] = []
    const load = keepBooking(admin, (id) => acknowledged.push(id))
    await until('a load', async () => acknowledged.length > 30)

    const askedAt = performance.now()
    clinic.child.kill(signal)
    expect(await clinic.exited).toBe(0)
    expect(performance.now() - askedAt).toBeLessThan(supervisorsPatienceMilliseconds)
    expect(await runningPostgres(dataDirectory)).toBeUndefined()
    await load

    const again = await startClinicProcess({ dataDirectory })
    const kept = new Set(await visits(clientOf(again.url, admin.token)))
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
    expect(await again.stop()).toBe(0)
  })

  it.each([
    ['asked', 'SIGTERM'],
    ['killed', 'SIGKILL'],
  ] as const)('by npm, which was %s, ends as cleanly', async (_, signal) => {
    // Without the scripts around it: they would build, and this is about the end.
    const command = ['npm', 'start', '--ignore-scripts']
    const npm = await startClinicProcess({ dataDirectory, command, environment: { HOME: process.env['HOME'] } })
    const postgres = await runningPostgres(dataDirectory)
    npm.child.kill(signal)
    await npm.exited
    const isOver = async () => (await runningPostgres(dataDirectory)) === undefined && !(await answers(npm.url))
    await until('the end of the clinic', isOver, supervisorsPatienceMilliseconds)
    expect(isAlive(postgres?.pid ?? 0)).toBe(false)
  })
})

describe('a start that cannot succeed', () => {
  let first: ClinicProcess
  beforeAll(async () => {
    first = await startClinicProcess({ dataDirectory })
  })
  afterAll(() => first.stop())

  it('on the folder of a running clinic is refused with advice, and does it no harm', async () => {
    const second = await spawnClinic({ dataDirectory })
    expect(await second.exited).toBe(1)
    expect(second.output()).toContain(dataDirectory)
    expect(second.output()).not.toMatch(/^ +at /m)
    const admin = await signIn(first.url)
    expect(await admin.get('{ me { email } }')).toMatchObject({ me: { email: 'admin@clinic.example' } })
  })

  it('on a port that is taken says so, and leaves nothing behind', async () => {
    const port = await freePort()
    const other = createServer().listen(port, 'localhost')
    await once(other, 'listening')
    const refused = await spawnClinic({ port })
    expect(await refused.exited).toBe(1)
    expect(refused.output()).toContain(`Port ${port} is taken`)
    expect(refused.output()).not.toMatch(/^ +at /m)
    expect(await runningPostgres(refused.dataDirectory)).toBeUndefined()
    other.close()
    await removeFolder(refused.dataDirectory)
  })
})

const nobody = 65_534
const isRoot = process.getuid?.() === 0

it.skipIf(!isRoot)(`an ordinary user opens and closes a clinic${isRoot ? '' : ' (skipped: already one)'}`, async () => {
  const folder = await temporaryFolder()
  await chown(folder, nobody, nobody)
  await chmod(folder, 0o700)
  const become = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups']
  const clinic = await startClinicProcess({
    dataDirectory: folder,
    command: [...become, process.execPath, 'standalone/dist/main.js'],
  })
  expect(await (await signIn(clinic.url)).refusals('{ me { id } }')).toEqual([])
  expect(await clinic.stop()).toBe(0)
  await removeFolder(folder)
})

/** Books one visit after the other until the door is closed: who is let in is answered. */
async function keepBooking(admin: Client, onBooked: (id: string) => void): Promise<void> {
  const serviceType = await aServiceType(admin)
  const patientIds = await inFlight(4, Array(8).fill({}), (overrides: object) => aPatient(admin, overrides))
  await Promise.all(
    patientIds.map(async (patientId) => {
      const doctorId = await aDoctor(admin)
      for (let hours = 24; ; hours++) {
        const input = { doctorId, patientId, serviceType, startsAt: inHours(hours) }
        const answer = await admin
          .ask<{ bookAppointment: { id: string } }>(bookAppointment, { input })
          .catch(() => undefined)
        if (answer === undefined) return
        if (!answer.data) throw new Error(`a booking was refused with ${answer.errors[0]?.extensions.code}`)
        onBooked(answer.data.bookAppointment.id)
      }
    }),
  )
}

async function visits(admin: Client): Promise<string[]> {
  const nodes = await allNodes<{ id: string }>(
    admin,
    'query ($after: String) { appointments(first: 100, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }',
  )
  return nodes.map(({ id }) => id)
}

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/health/live`).then(
    () => true,
    () => false,
  )
