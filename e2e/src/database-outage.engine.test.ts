import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { type EngineUrls, openTestClinic, type TestClinic } from '@caregraph/cluster/testing'
import { type Way, wayTo } from '@caregraph/engines/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SignedIn, signIn } from './client.js'
import { enginesAreThere } from './engines-are-there.js'
import { aDoctor, aPatient, aVisit, inHours, invoiceOf } from './people.js'
import { clusterSettings } from './process.js'
import { until } from './until.js'

const seconds = Number(process.env['OUTAGE_SECONDS'] ?? 4)
const deadlineMilliseconds = 5_000
/** What the way there and back, and a machine with other work, may add to the deadline. */
const onTopMilliseconds = 1_000
const betweenQuestionsMilliseconds = 100
const recoveryMilliseconds = 30_000
/** What is collected later is no leak; one that fills the memory in an outage adds more. */
const mostGrowthBytes = 96 * 1024 * 1024

const rooms = ['auth', 'patient', 'doctor', 'appointment', 'billing', 'analytics'] as const

const everything = `query ($id: ID!, $day: Date!) {
  me { email }
  appointment(id: $id) { status patient { name } doctor { name } invoice { status } }
  clinicStatistics(from: $day, to: $day) { totals { appointmentsBooked } }
}`

interface Everything {
  readonly me: object | null
  readonly appointment: {
    readonly patient: object | null
    readonly doctor: object | null
    readonly invoice: object | null
  } | null
  readonly clinicStatistics: object | null
}

/** Where in the answer a room leaves its gap. */
const gapOf: Readonly<Record<(typeof rooms)[number], (answer: Everything) => unknown>> = {
  auth: ({ me }) => me,
  patient: ({ appointment }) => appointment?.patient,
  doctor: ({ appointment }) => appointment?.doctor,
  appointment: ({ appointment }) => appointment,
  billing: ({ appointment }) => appointment?.invoice,
  analytics: ({ clinicStatistics }) => clinicStatistics,
}

describe.skipIf(!enginesAreThere)(`a clinic of which one database is away for ${seconds} s`, () => {
  const ways = new Map<string, Way>()
  let clinic: TestClinic
  let admin: SignedIn
  let question: { id: string; day: string }
  beforeAll(async () => {
    clinic = await openTestClinic({
      settings: { ...clusterSettings, DEADLINE_MILLISECONDS: String(deadlineMilliseconds) },
      through: (urls) => throughWays(urls, ways),
    })
    admin = await signIn(clinic.url)
    const people = { patientId: await aPatient(admin), doctorId: await aDoctor(admin) }
    const id = await aVisit(admin, { ...people, startsAt: inHours(30) })
    await invoiceOf(admin, id)
    question = { id, day: new Date().toISOString().slice(0, 10) }
  }, 180_000)
  afterAll(async () => {
    await clinic?.close()
    await Promise.all(Array.from(ways.values(), (way) => way.stop()))
  }, 180_000)

  const look = async () => {
    const askedAt = performance.now()
    const { data, errors } = await admin.ask<Everything>(everything, question)
    return { data, errors, milliseconds: performance.now() - askedAt }
  }
  const isWhole = async () => (await look()).errors.length === 0

  it.each(rooms.flatMap((room) => [[room, 'cut'] as const, [room, 'swallow'] as const]))(
    '%s (%s) leaves a typed gap within the deadline, and is whole again without a restart',
    async (room, manner) => {
      await until('a whole answer', isWhole)
      const copy = clinic.copies.find((each) => each.room === room)
      const way = ways.get(room)
      if (copy === undefined || way === undefined) throw new Error(`the clinic has a ${room}`)
      const pid = await clinic.pidOf(copy)
      const before = await residentBytes(pid)

      way[manner]()
      const end = performance.now() + 1_000 * seconds
      const answers = []
      while (performance.now() < end) {
        answers.push(await look())
        await delay(betweenQuestionsMilliseconds)
      }
      way.pass()
      await until('a whole answer', isWhole, recoveryMilliseconds)

      for (const { data, errors, milliseconds } of answers) {
        expect(milliseconds).toBeLessThan(deadlineMilliseconds + onTopMilliseconds)
        const codes = errors.map(({ extensions }) => [extensions.code, extensions.params])
        // What a cache or an idle connection still answers is no gap.
        for (const code of codes) expect(code).toEqual(['SERVICE_UNAVAILABLE', { subgraph: room }])
        for (const other of rooms) {
          const isBehindGap =
            other === room || (room === 'appointment' && ['patient', 'doctor', 'billing'].includes(other))
          if (!isBehindGap && data)
            expect({ other, answer: gapOf[other](data) }).toMatchObject({ answer: expect.anything() })
        }
      }
      // The doctor's public data is cached.
      if (room !== 'doctor') expect(answers.some(({ errors }) => errors.length > 0)).toBe(true)
      expect(await clinic.pidOf(copy)).toBe(pid)
      const growth = (await residentBytes(pid)) - before
      console.log(
        `${room} ${manner}: slowest ${Math.round(Math.max(...answers.map(({ milliseconds }) => milliseconds)))} ms, ${answers.length} answers, memory ${Math.round(growth / 1024 / 1024)} MB`,
      )
      expect(growth).toBeLessThan(mostGrowthBytes)
    },
    180_000,
  )
})

/** A way of its own for each room's database. */
async function throughWays(urls: EngineUrls, ways: Map<string, Way>): Promise<EngineUrls> {
  const databases = new Map<string, string>()
  for (const [room, url] of urls.databases) {
    const way = await wayTo(url)
    ways.set(room, way)
    databases.set(room, way.url)
  }
  return { ...urls, databases }
}

async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}
