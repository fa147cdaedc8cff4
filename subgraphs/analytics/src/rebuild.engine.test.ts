import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { connectMongo } from '@caregraph/database/mongo'
import { describeOn } from '@caregraph/engines/testing'
import { type AnyEvent, topicOf } from '@caregraph/events'
import type { KafkaBus } from '@caregraph/events/kafka'
import { type OwnTopics, ownTopics } from '@caregraph/events/testing'
import { anActor, type SubgraphUnderTest, startSubgraph, testClinic, testDatabase, until } from '@caregraph/testing'
import { DataSource } from 'typeorm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { analytics } from './index.js'
import { anEvent, aVisit, booking, randomEvent, randomFrom } from './random-events.js'
import { rebuildCommand } from './rebuild-command.js'

const timeZone = 'America/New_York'
const soon = { within: 60_000 }

interface OwnDatabase {
  readonly url: string
  /** As after a disk that nobody had a backup of. */
  loseFigures(): Promise<void>
  drop(): Promise<void>
}

async function postgresDatabase(): Promise<OwnDatabase> {
  const { url, drop } = await testDatabase()
  async function loseFigures() {
    const database = await new DataSource({ type: 'postgres', url }).initialize()
    await database.query('TRUNCATE figures, figures_b, counted_events, counted_events_b')
    await database.destroy()
  }
  return { url, drop, loseFigures }
}

async function mongoDatabase(serverUrl: string): Promise<OwnDatabase> {
  const own = new URL(serverUrl)
  own.pathname = `test_${randomUUID().replaceAll('-', '')}`
  const connection = await connectMongo(own.href)
  return {
    url: own.href,
    async loseFigures() {
      for (const { name } of await connection.listCollections()) {
        if (name.startsWith('tallies')) await connection.collection(name).deleteMany({})
      }
    },
    async drop() {
      await connection.dropDatabase()
      await connection.close()
    },
  }
}

await describeOn('kafka', 'Kafka', (broker) => rebuilding(broker, 'PostgreSQL', postgresDatabase))
await describeOn('mongodb', 'MongoDB', async (server) => {
  await describeOn('kafka', 'Kafka', (broker) => rebuilding(broker, 'MongoDB', () => mongoDatabase(server)))
})

function rebuilding(broker: string, engine: string, openDatabase: () => Promise<OwnDatabase>): void {
  describe(`a rebuild on Kafka and ${engine}`, () => {
    let topics: OwnTopics
    let bus: KafkaBus
    let database: OwnDatabase
    let clinic: SubgraphUnderTest
    beforeEach(async () => {
      topics = ownTopics(broker)
      bus = topics.openBus()
      database = await openDatabase()
      // It tells nothing itself, so Kafka has no topic of its name that the test could listen to.
      const silent = { ...bus, tail: async () => async () => undefined }
      const { url: databaseUrl } = database
      clinic = await startSubgraph(analytics, { bus: silent, databaseUrl, clinic: { ...testClinic, timeZone } })
    })
    afterEach(async () => {
      await clinic.stop()
      await topics.forget()
      await database.drop()
    })

    async function publish(events: readonly AnyEvent[]): Promise<void> {
      for (const event of events) await bus.publish(topicOf(event.type), [event])
    }

    async function totals(): Promise<unknown> {
      const { data } = await clinic.ask(
        `query {
          clinicStatistics(from: "2026-01-01", to: "2026-12-31") {
            asOf byDay { date statistics { appointmentsBooked noShows invoiced { minorUnits currency } } }
            byDoctor { doctor { id } statistics { appointmentsBooked collected { minorUnits currency } } }
            busiestHours { weekday hour count }
          }
        }`,
        {},
        anActor(),
      )
      return data?.['clinicStatistics']
    }
    const caughtUp = () => until(async () => (await bus.lag()).every(({ events }) => events === 0), soon)

    function run(signal = new AbortController().signal) {
      const printed: string[] = []
      const variables = { BROKER_URL: topics.url, DATABASE_URL: database.url, CLINIC_TIME_ZONE: timeZone }
      const print = (line: string) => void printed.push(line)
      return { printed, code: rebuildCommand({ args: [], variables, print, signal }) }
    }

    it('makes figures that were lost anew, while events go on coming, and says how far it is', async () => {
      const random = randomFrom(20_260_722)
      const events = Array.from({ length: 900 }, () => randomEvent(random))
      await publish(events.slice(0, 600))
      await caughtUp()
      await database.loseFigures()
      const publishing = publish(events.slice(600))
      await delay(100)
      const { code, printed } = run()
      expect([await code, printed.at(-1)]).toEqual([0, 'The new figures are complete, and are read from now on.'])
      expect(printed).toContainEqual(expect.stringMatching(/^(\d+) of \1 events, \d+ a second$/))
      await publishing
      await caughtUp()

      const rebuilt = await totals()
      expect(await run().code).toBe(0)
      expect(await totals()).toEqual(rebuilt)
      await expectCounted(rebuilt, events)
    })

    it('leaves the old figures to be read until it is complete, also when it is interrupted', async () => {
      const visits = Array.from({ length: 50 }, () => {
        const visit = aVisit({ startsAt: '2026-03-02T15:00:00Z' })
        return anEvent('AppointmentBooked', { ...visit, ...booking, bookedAt: '2026-03-01T12:00:00Z' })
      })
      await publish(visits)
      await caughtUp()
      const before = await totals()
      const interrupted = new AbortController()
      const { code, printed } = run(interrupted.signal)
      interrupted.abort()
      expect([await code, printed]).toEqual([1, ['Interrupted: the old figures are read as before.']])
      expect(await totals()).toEqual(before)
      const again = run()
      while ((await Promise.race([again.code, delay(5)])) === undefined) expect(await totals()).toEqual(before)
      expect(await again.code).toBe(0)
      expect(await totals()).toEqual(before)
    })

    /** By a subgraph that was given each event once, without a bus between. */
    async function expectCounted(figures: unknown, events: readonly AnyEvent[]): Promise<void> {
      const direct = await startSubgraph(analytics, { clinic: { ...testClinic, timeZone } })
      for (const event of events) await direct.bus.publish(topicOf(event.type), [event])
      const whole = clinic
      clinic = direct
      expect(figures).toEqual(await totals())
      clinic = whole
      await direct.stop()
    }
  })
}
