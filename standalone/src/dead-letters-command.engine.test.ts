import { randomUUID } from 'node:crypto'
import { connectDatabase } from '@caregraph/database'
import { connectMongo } from '@caregraph/database/mongo'
import { describeOn } from '@caregraph/engines/testing'
import { type AnyEvent, type Inbox, inboxForgetsNothing, inboxTable, postgresInbox } from '@caregraph/events'
import { mongoInbox } from '@caregraph/events/mongo'
import { ownTopics } from '@caregraph/events/testing'
import { testDatabase, until } from '@caregraph/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { deadLettersCommand } from './dead-letters-command.js'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function run(variables: Record<string, string>, ...args: string[]) {
  const printed: string[] = []
  const code = await deadLettersCommand({ args, variables, print: (line) => void printed.push(line) })
  return { code, printed }
}

function anEvent(): AnyEvent {
  const patientId = randomUUID()
  return {
    ...{ specversion: '1.0', id: randomUUID(), source: '/caregraph/patient', type: 'PatientArchived' },
    ...{
      subject: patientId,
      time: '2027-03-01T09:00:00.000Z',
      datacontenttype: 'application/json',
      data: { patientId },
    },
  }
}

type Letters = Pick<Inbox, 'park' | 'due' | 'noteFailedTry'>

async function die(inbox: Letters, event: AnyEvent): Promise<void> {
  await inbox.park(event, 'Error: no tariff', new Date(0), new Date(0))
  const [waiting] = await inbox.due(new Date())
  await inbox.noteFailedTry(waiting ?? expect.fail('it waits'), 'Error: no tariff', undefined)
}

async function inPostgres(): Promise<{ url: string; inbox: Letters }> {
  const { url, drop } = await testDatabase()
  const tables = { entities: [], migrations: [inboxTable, inboxForgetsNothing] }
  const database = await connectDatabase({ url, tables, poolSize: 2, onConnectionError: () => undefined })
  stops.push(drop, () => database.destroy())
  return { url, inbox: postgresInbox(database, 'billing') }
}

async function inMongo(serverUrl: string): Promise<{ url: string; inbox: Letters }> {
  const own = new URL(serverUrl)
  own.pathname = `test_${randomUUID().replaceAll('-', '')}`
  const connection = await connectMongo(own.href)
  stops.push(
    () => connection.close(),
    () => connection.dropDatabase(),
  )
  return { url: own.href, inbox: await mongoInbox(connection, 'analytics') }
}

function ofOneSubgraph(engine: string, open: () => Promise<{ url: string; inbox: Letters }>): void {
  it(`of a subgraph on ${engine} are listed with their reasons, and redriven one by one or all`, async () => {
    const { url, inbox } = await open()
    const variables = { DATABASE_URL: url }
    expect(await run(variables)).toEqual({ code: 0, printed: ['There are no dead letters.'] })
    const events = [anEvent(), anEvent(), anEvent()] as const
    for (const event of events) await die(inbox, event)
    const { printed } = await run(variables, 'list')
    expect(printed).toHaveLength(4)
    expect(printed[0]).toContain(`PatientArchived  ${events[0].id}  after 2 tries: Error: no tariff`)

    const redrive = async (what: string) => (await run(variables, 'redrive', what)).printed
    expect(await redrive(events[1].id)).toEqual(['1 dead letters are tried again.'])
    expect(await redrive(randomUUID())).toEqual(['There is no such dead letter.'])
    expect(await redrive('--all')).toEqual(['2 dead letters are tried again.'])
    expect(await inbox.due(new Date())).toHaveLength(3)
  })
}

describe('dead letters', () => {
  ofOneSubgraph('PostgreSQL', inPostgres)

  it('are asked for in one of three ways; any other is answered with these', async () => {
    const wrong = await run({}, 'redrive', 'everything')
    expect([wrong.code, wrong.printed[0]]).toEqual([2, expect.stringContaining('usage: npm run dead-letters')])
    expect(await run({}, '--help')).toEqual({ ...wrong, code: 0 })
  })

  it('of a clinic that is closed, or of a database that is away, are answered with a sentence', async () => {
    const closed = await run({ DATA_DIR: `/nowhere/${randomUUID()}` })
    expect(closed).toEqual({ code: 1, printed: [expect.stringMatching(/^The clinic is not running/)] })
    const away = await run({ DATABASE_URL: 'postgres://ada:secret@127.0.0.1:1/billing' })
    expect(away).toEqual({ code: 1, printed: [expect.stringMatching(/^The database is away/)] })
  })

  it('are looked for only where they can be', async () => {
    const { url, drop } = await testDatabase()
    stops.push(drop)
    const elsewhere = await run({ DATABASE_URL: url })
    expect(elsewhere).toEqual({ code: 1, printed: [expect.stringMatching(/that of billing or analytics/)] })
  })
})

await describeOn('mongodb', 'dead letters', (server) => ofOneSubgraph('MongoDB', () => inMongo(server)))

await describeOn('kafka', 'dead letters', (broker) => {
  it('name also what was no event, its reason, and where it stood', async () => {
    const topics = ownTopics(broker)
    const { url } = await inPostgres()
    stops.push(topics.forget)
    const bus = topics.openBus()
    await bus.subscribe({ group: 'billing', topics: ['patient-events'], handle: async () => undefined })
    const producer = topics.stranger.producer()
    await producer.connect()
    await producer.send({ topic: `${topics.prefix}patient-events`, messages: [{ key: 'a', value: 'Ada' }] })
    await producer.disconnect()
    const variables = { DATABASE_URL: url, BROKER_URL: topics.url }
    const { printed } = await until(
      async () => {
        const answer = await run(variables)
        return answer.printed.length > 1 && answer
      },
      { within: 30_000, name: 'the dead letter' },
    )
    const place = `billing  ${topics.prefix}patient-events, partition \\d, offset 0  is no event: not JSON`
    expect(printed).toEqual([expect.stringMatching(new RegExp(`^${place}$`)), '1 dead letters.'])
  })
})
