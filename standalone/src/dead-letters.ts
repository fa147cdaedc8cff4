import { join } from 'node:path'
import { isDatabaseAway, isId, openDatabase } from '@caregraph/database'
import { ensureDatabase, runningPostgres } from '@caregraph/embedded-postgres'
import { type DeadLetter, type Inbox, inboxTable, postgresInbox, type Stop } from '@caregraph/events'
import type { Poison } from '@caregraph/events/kafka'
import { WrongSettings } from '@caregraph/subgraph'
import { readSettings, type Settings } from './settings.js'
import { postgresDirectory } from './start-clinic.js'

const usage = `usage: npm run dead-letters                             lists the events whose effect failed too often
       npm run dead-letters -- redrive <event id>       gives one of them a new row of tries
       npm run dead-letters -- redrive --all            gives all of them one

Of the clinic whose DATA_DIR it is, or of the subgraph whose DATABASE_URL it is. With BROKER_URL it also lists the
messages that were no events: those lie in the topics <subgraph>-dead-letters for 30 days, and cannot be redriven.
The clinic must be running: its consumers do the work.`

const consumers = ['billing', 'analytics']

class ClinicClosed extends Error {
  override readonly name = 'ClinicClosed'
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  console.error(sentenceOf(error))
  process.exitCode = 1
}

async function run([command = 'list', eventId, ...more]: string[]): Promise<void> {
  if (command === '--help') return console.log(usage)
  if (command === 'list' && eventId === undefined) return list()
  if (command === 'redrive' && eventId !== undefined && more.length === 0) {
    if (eventId === '--all') return redrive(undefined)
    if (isId(eventId)) return redrive(eventId)
  }
  console.error(usage)
  process.exitCode = 2
}

async function list(): Promise<void> {
  const lines = [...(await inEachInbox((inbox) => inbox.deadLetters())).flat().map(lineOf), ...(await poisonLines())]
  for (const line of lines) console.log(line)
  console.log(lines.length === 0 ? 'There are no dead letters.' : `${lines.length} dead letters.`)
}

const lineOf = ({ consumer, eventId, type, receivedAt, tries, reason }: DeadLetter) =>
  `${receivedAt.toISOString()}  ${consumer}  ${type}  ${eventId}  after ${tries} tries: ${reason}`

async function poisonLines(): Promise<string[]> {
  const url = process.env['BROKER_URL']
  if (!url) return []
  const { createKafkaBus } = await import('@caregraph/events/kafka')
  const nothing = () => undefined
  const bus = createKafkaBus({ url, clientId: 'dead-letters', onPoison: nothing, onFault: nothing, onStopped: nothing })
  const letters = await Promise.all(consumers.map((consumer) => bus.poisonOf(consumer)))
  await bus.close()
  return letters.flat().map(poisonLine)
}

const poisonLine = ({ group, topic, partition, offset, reason }: Poison) =>
  `${group}  ${topic}, partition ${partition}, offset ${offset}  is no event: ${reason}`

async function redrive(id: string | undefined): Promise<void> {
  const counts = await inEachInbox((inbox) => inbox.redrive(new Date(), id))
  const count = counts.reduce((sum, each) => sum + each, 0)
  console.log(count === 0 ? 'There is no such dead letter.' : `${count} dead letters are tried again.`)
  if (count === 0) process.exitCode = 1
}

async function inEachInbox<T>(work: (inbox: Pick<Inbox, 'deadLetters' | 'redrive'>) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (const [consumer, url] of await databases()) {
    const { inbox, close } = await openInbox(url, consumer)
    try {
      results.push(await work(inbox))
    } finally {
      await close()
    }
  }
  return results
}

/** Whose database is where. That of a subgraph alone may be anybody's: it has the letters of one of them. */
async function databases(): Promise<[consumer: string, url: string][]> {
  const given = process.env['DATABASE_URL']
  if (given) return consumers.map((consumer) => [consumer, given])
  const settings = readSettings(process.env)
  const found = await Promise.all(consumers.map(async (name) => embeddedDatabase(settings, name)))
  const running = found.filter((database) => database !== undefined)
  if (running.length > 0) return running
  throw new ClinicClosed('The clinic is not running: npm start opens it. Of a subgraph elsewhere, set DATABASE_URL.')
}

async function embeddedDatabase(settings: Settings, name: string): Promise<[string, string] | undefined> {
  const ofClinic = await runningPostgres(postgresDirectory(settings))
  const postgres = ofClinic ?? (await runningPostgres(join(settings.dataDirectory, name)))
  return postgres && [name, await ensureDatabase(postgres, name)]
}

async function openInbox(
  url: string,
  consumer: string,
): Promise<{ inbox: Pick<Inbox, 'deadLetters' | 'redrive'>; close: Stop }> {
  if (url.startsWith('mongodb')) {
    const { connectMongo } = await import('@caregraph/database/mongo')
    const { mongoInbox } = await import('@caregraph/events/mongo')
    const connection = await connectMongo(url)
    return { inbox: await mongoInbox(connection, consumer), close: () => connection.close() }
  }
  const tables = { entities: [], migrations: [inboxTable] }
  const database = await openDatabase({ url, tables, poolSize: 1, onConnectionError: () => undefined })
  return { inbox: postgresInbox(database, consumer), close: () => database.destroy() }
}

/** Rethrows what nobody but a programmer can mend. */
function sentenceOf(error: unknown): string {
  if (error instanceof ClinicClosed || error instanceof WrongSettings) return error.message
  if (isDatabaseAway(error)) return 'The database is away: try again when it is there.'
  if (error instanceof Error && error.name.startsWith('KafkaJS'))
    return 'The broker is away: try again when it is there.'
  throw error
}
