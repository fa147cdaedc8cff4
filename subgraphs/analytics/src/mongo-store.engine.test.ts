import { randomUUID } from 'node:crypto'
import { connect, createServer } from 'node:net'
import { connectDatabase } from '@caregraph/database'
import { connectMongo } from '@caregraph/database/mongo'
import { describeOn } from '@caregraph/engines/testing'
import { testDatabase } from '@caregraph/testing'
import type { Connection } from 'mongoose'
import { afterAll, describe, expect, it } from 'vitest'
import { type CountedEvent, changesOf } from './changes-of-event.js'
import { figureSetsSuite } from './figure-sets.suite.js'
import { figureSetTables } from './migrations/figure-sets.js'
import { figureTables } from './migrations/figures.js'
import { mongoSets } from './mongo-sets.js'
import { openMongo } from './open-mongo.js'
import { postgresStore } from './postgres-store.js'
import { randomEvent, randomFrom, shuffled } from './random-events.js'
import type { StatisticsStore } from './statistics-store.js'
import { aChange, anEvent, plain, statisticsStoreSuite, texts } from './statistics-store.suite.js'

const timeZone = 'America/New_York'
const year = { from: '2026-01-01', to: '2026-12-31' }

const made: URL[] = []
afterAll(async () => {
  for (const { href } of made) {
    const connection = await connectMongo(href)
    await connection.dropDatabase()
    await connection.close()
  }
})

function databaseOn(serverUrl: string): URL {
  const url = new URL(serverUrl)
  url.pathname = `test_${randomUUID().replaceAll('-', '')}`
  made.push(url)
  return url
}

await describeOn('mongodb', 'on MongoDB', (serverUrl) => {
  const emptyDatabase = () => databaseOn(serverUrl)
  statisticsStoreSuite('MongoDB', () => openStore(emptyDatabase().href))

  figureSetsSuite('MongoDB', async () => {
    const { href } = emptyDatabase()
    const connections: Connection[] = []
    return {
      async copy() {
        const connection = await connectMongo(href)
        connections.push(connection)
        return mongoSets(connection)
      },
      close: async () => void (await Promise.all(connections.map((connection) => connection.close()))),
    }
  })

  describe('figures in MongoDB', () => {
    it('are those of PostgreSQL, though five copies count each event thrice, in any order and at once', async () => {
      const random = randomFrom(20_260_301)
      const events = Array.from({ length: 400 }, () => randomEvent(random))
      const { href } = emptyDatabase()
      const copies = await Promise.all(Array.from({ length: 5 }, () => openStore(href)))
      await Promise.all(copies.map(({ store }) => countAll(store, shuffled(random, [...events, ...events, ...events]))))
      const [copy] = copies
      expect(copy && (await answersOf(copy.store, events))).toEqual(await answersOfPostgres(events))
      await Promise.all(copies.map(({ close }) => close()))
    })

    it('are those of PostgreSQL, though statements and answers are lost and all is replayed', async () => {
      const random = randomFrom(20_270_301)
      const events = Array.from({ length: 40 }, () => randomEvent(random)).filter((each) => countsAtAll(each))
      const way = await lossyWay(emptyDatabase())
      const { store, close } = await openStore(way.url)
      for (const event of events) {
        if (random() < 0.5) way.loseNext(random() < 0.5 ? 'statement' : 'answer')
        // The consumer's part: what failed is delivered again.
        await countAll(store, [event]).catch(() => countAll(store, [event]))
      }
      expect(way.lost()).toMatchObject({ statement: expect.any(Number), answer: expect.any(Number) })
      for (let replay = 0; replay < 3; replay++) await countAll(store, shuffled(random, events))
      expect(await answersOf(store, events)).toEqual(await answersOfPostgres(events))
      await close()
      await way.close()
    })

    it.each(['statement', 'answer'] as const)('count an event once whose %s was lost', async (what) => {
      const way = await lossyWay(emptyDatabase())
      const { store, close } = await openStore(way.url)
      const event = anEvent()
      const changes = [aChange({}), aChange({ figure: 'bookedForHour', hourOfWeek: 9 })]
      const sums = async () =>
        texts([...(await store.sumsOfClinic({ from: '2021-01-01', to: '2021-01-01' })).byDay.values()].flat())
      way.loseNext(what)
      const entries = [{ ...event, changes }]
      await store.count(entries).catch(() => store.count(entries))
      expect(way.lost()).toEqual({ [what]: 1 })
      expect(await sums()).toEqual(['appointmentsBooked 1', 'bookedForHour 1'])
      await close()
      await way.close()
    })

    it('refuse an event that one document cannot hold: of two days, or of two doctors', async () => {
      const { store, close } = await openStore(emptyDatabase().href)
      const count = (...changes: Parameters<typeof aChange>[0][]) =>
        store.count([{ ...anEvent(), changes: changes.map(aChange) }])
      await expect(count({ day: '2021-01-01' }, { day: '2021-01-02' })).rejects.toThrow(RangeError)
      await expect(count({ doctorId: randomUUID() }, { doctorId: randomUUID() })).rejects.toThrow(RangeError)
      expect((await store.sumsOfClinic({ from: '2021-01-01', to: '2021-01-02' })).asOf).toBeNull()
      await close()
    })

    it('tell service types apart by every character, also those with a meaning in paths', async () => {
      const { store, close } = await openStore(emptyDatabase().href)
      const codes = ['a.b', 'a', 'a.b.c', '$a', '', '"', '\\', '\\u002e', '.']
      for (const serviceType of codes) await store.count([{ ...anEvent(), changes: [aChange({ serviceType })] }])
      const { byServiceType } = await store.sumsOfClinic({ from: '2021-01-01', to: '2021-01-01' })
      expect(plain(byServiceType)).toEqual(Object.fromEntries(codes.map((code) => [code, ['appointmentsBooked 1']])))
      await close()
    })
  })
})

async function openStore(url: string) {
  const { services, stop } = await openMongo(url, 'analytics')
  return { store: services.statistics, close: stop }
}

const countsAtAll = (event: CountedEvent) => changesOf(event, timeZone).length > 0

async function countAll(store: StatisticsStore, events: readonly CountedEvent[]): Promise<void> {
  await Promise.all(events.map((event) => store.count([{ ...event, changes: changesOf(event, timeZone) }])))
}

/** All that can be asked about the events. */
async function answersOf(store: StatisticsStore, events: readonly CountedEvent[]) {
  const { asOf, byDay, byDoctor, byServiceType, byHourOfWeek } = await store.sumsOfClinic(year)
  const doctors = [...new Set(events.flatMap(({ data }) => ('doctorId' in data ? (data.doctorId ?? []) : [])))].sort()
  const ofDoctors = await store.sumsOfDoctors(doctors.map((doctorId) => ({ doctorId, ...year, to: '2026-06-30' })))
  return {
    asOf,
    groups: [byDay, byDoctor, byServiceType, byHourOfWeek].map((group) => [[...group.keys()], plain(group)]),
    ofDoctors: ofDoctors.map(texts),
  }
}

async function answersOfPostgres(events: readonly CountedEvent[]) {
  const { url, drop } = await testDatabase()
  const tables = { entities: [], migrations: [figureTables, figureSetTables] }
  const database = await connectDatabase({ url, tables, poolSize: 4, onConnectionError: () => undefined })
  const store = postgresStore(database, 'a')
  await countAll(store, events)
  const answers = await answersOf(store, events)
  await database.destroy()
  await drop()
  return answers
}

type Message = 'statement' | 'answer'

/** A way to the server on which the next statement about a tally, or the answer to it, can be lost with the connection. */
async function lossyWay(to: URL) {
  let losing: Message | undefined
  const lost: { [Each in Message]?: number } = {}
  const way = createServer((client) => {
    const server = connect(Number(to.port), to.hostname)
    let isAnswerLost = false
    const lose = (message: Message) => {
      lost[message] = (lost[message] ?? 0) + 1
      client.destroy()
    }
    client.on('data', (statement) => {
      if (losing === undefined || !statement.includes('tallies')) return server.write(statement)
      const message = losing
      losing = undefined
      if (message === 'statement') return lose(message)
      isAnswerLost = true
      return server.write(statement)
    })
    server.on('data', (answer) => (isAnswerLost ? lose('answer') : client.write(answer)))
    for (const [one, other] of [[client, server] as const, [server, client] as const]) {
      one.on('error', () => undefined).on('close', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve))
  const address = way.address()
  const url = new URL(to)
  url.host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  // Else the driver asks the server for its own address, and goes there.
  url.searchParams.set('directConnection', 'true')
  return {
    url: url.href,
    loseNext: (message: Message) => {
      losing = message
    },
    lost: () => lost,
    close: () => new Promise((resolve) => way.close(resolve)),
  }
}
