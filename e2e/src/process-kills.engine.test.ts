import { loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { type Copy, openTestClinic, type TestClinic } from '@caregraph/cluster/testing'
import { type Engine, engines, killEngine, startEngine } from '@caregraph/engines'
import { ownEngine } from '@caregraph/engines/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bookSteadily, gatewaysOf, type LoadReport, prepareWishes, type Wish } from './booking-load.js'
import { expectWholeBooks } from './books.js'
import { type SignedIn, signIn } from './client.js'
import { clusterSettings } from './process.js'
import { seededRandom } from './random.js'
import { until } from './until.js'

const kills = Number(process.env['KILLS'] ?? 20)
const betweenKillsMilliseconds = 1_000 * Number(process.env['KILL_EVERY_SECONDS'] ?? 3)
const bookingsPerSecond = Number(process.env['BOOKINGS_PER_SECOND'] ?? 20)
/** Ten are the aim, and had on two cores that do nothing else; the rest is for a machine that does. */
const readyWithinMilliseconds = 1_000 * Number(process.env['READY_WITHIN_SECONDS'] ?? 30)
const patienceMilliseconds = 180_000
const effectsWithinMilliseconds = 120_000
const lookEveryMilliseconds = 500

const ownEngines = await Promise.all((['postgres', 'mariadb', 'mongodb', 'kafka', 'redis'] as const).map(ownEngine))
const killable = ownEngines.filter((engine) => engine !== undefined)
const random = seededRandom('process kills')

describe.skipIf(killable.length < ownEngines.length)(`a clinic of which ${kills} processes are killed`, () => {
  let clinic: TestClinic
  let admin: SignedIn
  let wishes: Generator<Wish, never>
  beforeAll(async () => {
    clinic = await openTestClinic({ copiesOf: { gateway: 2, appointment: 2 }, settings: clusterSettings })
    admin = await signIn(clinic.url)
    wishes = await prepareWishes(admin)
    await writeToDisk()
  }, 180_000)
  afterAll(() => clinic?.close(), 180_000)

  it('has every booking once, and is ready again soon after each', async () => {
    const stopping = new AbortController()
    const load = bookSteadily({
      ...{ admin, wishes },
      gateways: gatewaysOf(clinic),
      perSecond: bookingsPerSecond,
      stop: stopping.signal,
    })
    const killing = killInTurn(clinic, stopping)
    // What failed, load or kills, ends the other.
    await Promise.race([killing, load]).finally(() => stopping.abort())
    const [report, recoveries] = await Promise.all([load, killing])
    tell(report, recoveries)
    // Each one that was killed runs again, and none of the others has ended.
    await clinic.untilReady(patienceMilliseconds)
    await expectWholeBooks(admin, [...report.acknowledged.values()], effectsWithinMilliseconds)
    expect(Object.fromEntries(report.refused)).toEqual({})
    expect(report.acknowledged.size + report.tooLate.size).toBe(report.wishes.length)
    expect(recoveries.filter(({ milliseconds }) => milliseconds > readyWithinMilliseconds)).toEqual([])
  }, 600_000)
})

/** A recovery would wait until all of the databases that were just made is on the disk: no clinic's are so young. */
async function writeToDisk(): Promise<void> {
  const postgres = new pg.Client({ connectionString: engines.postgres.url })
  await postgres.connect()
  await postgres.query('CHECKPOINT').finally(() => postgres.end())
}

interface Recovery {
  readonly killed: string
  readonly milliseconds: number
}

interface Target {
  readonly name: string
  /** What is to be ready again. */
  readonly copies: readonly Copy[]
  kill(): Promise<void>
  start(): Promise<void>
  isReady(copy: Copy): Promise<boolean>
}

/** One every three seconds in an order of chance, each target once before one is hit again; each is started at once. */
async function killInTurn(clinic: TestClinic, stopping: AbortController): Promise<Recovery[]> {
  const recoveries: Promise<Recovery>[] = []
  const down = new Set<Target>()
  const targets = targetsOf(clinic)
  let left: Target[] = []
  while (recoveries.length < kills) {
    await delay(betweenKillsMilliseconds)
    if (stopping.signal.aborted) break
    if (left.length === 0) left = [...targets]
    const up = left.filter((target) => !down.has(target))
    if (up.length === 0) continue
    const target = random.of(up)
    left = left.filter((each) => each !== target)
    down.add(target)
    const recovery = recover(target).finally(() => down.delete(target))
    recovery.catch(() => stopping.abort())
    recoveries.push(recovery)
  }
  return Promise.all(recoveries)
}

function targetsOf(clinic: TestClinic): Target[] {
  const usersOf = ({ port }: Engine) =>
    clinic.copies.filter(({ room }) => new URL(clinic.databases.get(room) ?? 'none:').port === String(port))
  return [
    ...clinic.copies.map((copy) => ({
      name: copy.name,
      copies: [copy],
      kill: () => clinic.kill(copy),
      start: () => clinic.start(copy, 'live'),
      // A gateway that lives does its part: whether all are there whom it asks is not its doing.
      isReady: copy.room === 'gateway' ? async () => true : clinic.isReady,
    })),
    ...killable.map((engine) => ({
      name: engine.name,
      copies: usersOf(engine),
      kill: () => killEngine(engine),
      start: () => startEngine(engine),
      isReady: clinic.isReady,
    })),
  ]
}

/** The time until all is ready again that it concerns. */
async function recover(target: Target): Promise<Recovery> {
  const killedAt = performance.now()
  console.log(`${new Date().toISOString()} ${target.name} is killed`)
  await target.kill()
  await target.start()
  const ready = target.copies.map((copy) =>
    until(`${copy.name} after ${target.name}`, () => target.isReady(copy), patienceMilliseconds, lookEveryMilliseconds),
  )
  await Promise.all(ready)
  const milliseconds = Math.round(performance.now() - killedAt)
  console.log(`${new Date().toISOString()} ${target.name} is ready again after ${milliseconds} ms`)
  return { killed: target.name, milliseconds }
}

function tell({ wishes, acknowledged, tooLate, unknown }: LoadReport, recoveries: readonly Recovery[]): void {
  console.log(`${wishes.length} wished, ${acknowledged.size} booked, ${tooLate.size} too late`)
  console.log(`not known at first: ${JSON.stringify(Object.fromEntries(unknown))}`)
  const slowest = Math.max(...recoveries.map(({ milliseconds }) => milliseconds))
  console.log(`ready again within ${slowest} ms; load of the machine ${loadavg()[0]?.toFixed(1)}`)
}
