import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '@caregraph/embedded-postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectWholeBooks } from './books.js'
import { type Client, clientOf, signIn } from './client.js'
import { inFlight } from './in-flight.js'
import { aDoctor, aPatient, aServiceType, bookAppointment, inHours } from './people.js'
import { isAlive, runningPostgres } from './postgres.js'
import { type ClinicProcess, removeFolder, startClinicProcess, temporaryFolder } from './process.js'
import { seededRandom } from './random.js'
import { until } from './until.js'

const bookings = 200
const bookingsInFlight = 20
const kills = 3
const longestGraceMilliseconds = 50
const beforeNextTryMilliseconds = 50
const effectsWithinMilliseconds = 20_000

const random = seededRandom('kill and recover')
let dataDirectory: string
let port: number
let clinic: ClinicProcess
beforeAll(async () => {
  dataDirectory = await temporaryFolder()
  port = await freePort()
  clinic = await startClinicProcess({ dataDirectory, port })
})
afterAll(async () => {
  await clinic.stop()
  await removeFolder(dataDirectory)
})

type Wish = { idempotencyKey: string; patientId: string; doctorId: string; serviceType: string; startsAt: string }

describe('a clinic that is killed three times while 200 visits are booked', () => {
  it('keeps every acknowledged booking, opens one invoice for each, and counts each once', async () => {
    const admin = await signIn(clinic.url)
    const wishes = await wishesOf(admin)
    const acknowledged = new Map<string, string>()

    const postmasters = new Set([await postmasterId()])
    const killer = async () => {
      for (const count of killMoments()) {
        await until(`${count} bookings`, async () => acknowledged.size >= count, 60_000)
        await delay(random.between(0, longestGraceMilliseconds))
        await clinic.kill()
        clinic = await startClinicProcess({ dataDirectory, port })
        postmasters.add(await postmasterId())
      }
    }
    const book = async (wish: Wish) => void acknowledged.set(wish.idempotencyKey, await bookUntilAnswered(admin, wish))
    await Promise.all([killer(), inFlight(bookingsInFlight, wishes, book)])
    expect(acknowledged.size).toBe(bookings)
    expect(postmasters.size).toBe(kills + 1)
    // A process that has ended is there until it is collected, which a busy machine takes its time for.
    const living = () => [...postmasters].filter(isAlive)
    await until('an end of the servers before', async () => living().length === 1)
    expect(living()).toEqual([await postmasterId()])

    const asked = await inFlight(bookingsInFlight, wishes, (wish) => bookUntilAnswered(admin, wish))
    expect(asked).toEqual(wishes.map(({ idempotencyKey }) => acknowledged.get(idempotencyKey)))

    // Events keep their order: when this one has had its effects, all before it have had theirs.
    const last = await bookUntilAnswered(admin, { ...lastWish(wishes), idempotencyKey: 'last' })
    await expectWholeBooks(admin, [...acknowledged.values(), last], effectsWithinMilliseconds)
  }, 180_000)
})

/** Ten doctors, twenty patients, no two visits at the same time for any of them. */
async function wishesOf(admin: Client): Promise<Wish[]> {
  const serviceType = await aServiceType(admin)
  const doctorIds = await inFlight(5, Array(10).fill({}), (overrides: object) => aDoctor(admin, overrides))
  const patientIds = await inFlight(5, Array(20).fill({}), (overrides: object) => aPatient(admin, overrides))
  return Array.from({ length: bookings }, (_, index) => ({
    idempotencyKey: `wish-${index}`,
    doctorId: doctorIds[index % doctorIds.length] ?? '',
    patientId: patientIds[index % patientIds.length] ?? '',
    serviceType,
    startsAt: inHours(24 + Math.floor(index / doctorIds.length)),
  }))
}

const lastWish = ([wish]: readonly Wish[]): Wish => {
  if (wish === undefined) throw new Error('there are wishes')
  return { ...wish, startsAt: inHours(1000) }
}

/** Spread over the whole of the work, so that each kill comes into its middle. */
function killMoments(): number[] {
  const stretch = Math.floor(bookings / kills)
  return Array.from(
    { length: kills },
    (_, index) => index * stretch + random.between(5, stretch - bookingsInFlight - 5),
  )
}

/** What a careful client does: no answer means the same request again, any answer is the end of it. */
async function bookUntilAnswered(admin: Client, input: Wish): Promise<string> {
  for (;;) {
    const answer = await clientOf(clinic.url, admin.token)
      .ask<{ bookAppointment: { id: string } }>(bookAppointment, { input })
      .catch(() => undefined)
    if (answer?.data?.bookAppointment) return answer.data.bookAppointment.id
    const code = answer?.errors[0]?.extensions.code
    if (answer !== undefined && code !== 'SERVICE_UNAVAILABLE') throw new Error(`a booking was refused with ${code}`)
    await delay(beforeNextTryMilliseconds)
  }
}

async function postmasterId(): Promise<number> {
  const postgres = await runningPostgres(dataDirectory)
  if (postgres === undefined) throw new Error('PostgreSQL does not run')
  return postgres.pid
}
