import { join } from 'node:path'
import { databaseErrorOf, isDatabaseAway, isId, openDatabase } from '@caregraph/database'
import { type DeadLetter, type Inbox, inboxTable, postgresInbox, type Stop } from '@caregraph/events'
import type { Poison } from '@caregraph/events/kafka'
import { WrongSettings } from '@caregraph/subgraph'
import { postgresDirectory, readSettings, type Settings } from './settings.js'

const usage = `usage: npm run dead-letters                             lists the events whose effect failed too often
       npm run dead-letters -- redrive <event id>       gives one of them a new row of tries
       npm run dead-letters -- redrive --all            gives all of them one

Of the clinic whose DATA_DIR it is, or of the subgraph whose DATABASE_URL it is. With BROKER_URL it also lists the
messages that were no events: those lie in the topics <subgraph>-dead-letters for 30 days, and cannot be redriven.
The clinic must be running: its consumers do the work.`

const consumers = ['billing', 'analytics']
/** PostgreSQL's and MySQL's word for a table that is not there. */
const noSuchTable = ['42P01', '1146']

class ClinicClosed extends Error {
  override readonly name = 'ClinicClosed'
}

export interface CommandOptions {
  readonly args: readonly string[]
  readonly variables: NodeJS.ProcessEnv
  readonly print: (line: string) => void
}

/** Answers the exit code: 0 when it was done, 1 when it was not, 2 for a wrong call. */
export async function deadLettersCommand({ args, variables, print }: CommandOptions): Promise<number> {
  const [command = 'list', eventId, ...more] = args
  try {
    if (command === 'list' && eventId === undefined) return await list(variables, print)
    if (command === 'redrive' && eventId !== undefined && more.length === 0) {
      if (eventId === '--all') return await redrive(variables, print, undefined)
      if (isId(eventId)) return await redrive(variables, print, eventId)
    }
  } catch (error) {
    print(sentenceOf(error))
    return 1
  }
  print(usage)
  return command === '--help' ? 0 : 2
}

type Variables = CommandOptions['variables']
type Print = CommandOptions['print']

async function list(variables: Variables, print: Print): Promise<number> {
  const letters = (await inEachInbox(variables, (inbox) => inbox.deadLetters())).flat()
  const lines = [...letters.map(lineOf), ...(await poisonIn(variables)).map(poisonLine)]
  for (const line of lines) print(line)
  print(lines.length === 0 ? 'There are no dead letters.' : `${lines.length} dead letters.`)
  return 0
}

const lineOf = ({ consumer, eventId, type, receivedAt, tries, reason }: DeadLetter) =>
  `${receivedAt.toISOString()}  ${consumer}  ${type}  ${eventId}  after ${tries} tries: ${reason}`

const poisonLine = ({ group, topic, partition, offset, reason }: Poison) =>
  `${group}  ${topic}, partition ${partition}, offset ${offset}  is no event: ${reason}`

async function poisonIn({ BROKER_URL: url }: Variables): Promise<Poison[]> {
  if (!url) return []
  const { createKafkaBus } = await import('@caregraph/events/kafka')
  const nothing = () => undefined
  const bus = createKafkaBus({ url, clientId: 'dead-letters', onPoison: nothing, onFault: nothing, onStopped: nothing })
  try {
    return (await Promise.all(consumers.map((consumer) => bus.poisonOf(consumer)))).flat()
  } finally {
    await bus.close()
  }
}

async function redrive(variables: Variables, print: Print, id: string | undefined): Promise<number> {
  const counts = await inEachInbox(variables, (inbox) => inbox.redrive(new Date(), id))
  const count = counts.reduce((sum, each) => sum + each, 0)
  print(count === 0 ? 'There is no such dead letter.' : `${count} dead letters are tried again.`)
  return count === 0 ? 1 : 0
}

type Letters = Pick<Inbox, 'deadLetters' | 'redrive'>

async function inEachInbox<T>(variables: Variables, work: (letters: Letters) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (const [consumer, url] of await databases(variables)) {
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
async function databases(variables: Variables): Promise<[consumer: string, url: string][]> {
  const given = variables['DATABASE_URL']
  if (given) return consumers.map((consumer) => [consumer, given])
  const settings = readSettings(variables)
  const found = await Promise.all(consumers.map(async (name) => embeddedDatabase(settings, name)))
  const running = found.filter((database) => database !== undefined)
  if (running.length > 0) return running
  throw new ClinicClosed('The clinic is not running: npm start opens it. Of a subgraph elsewhere, set DATABASE_URL.')
}

async function embeddedDatabase(settings: Settings, name: string): Promise<[string, string] | undefined> {
  const { ensureDatabase, runningPostgres } = await import('@caregraph/embedded-postgres')
  const ofClinic = await runningPostgres(postgresDirectory(settings))
  const postgres = ofClinic ?? (await runningPostgres(join(settings.dataDirectory, name)))
  return postgres && [name, await ensureDatabase(postgres, name)]
}

async function openInbox(url: string, consumer: string): Promise<{ inbox: Letters; close: Stop }> {
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
  if (noSuchTable.includes(databaseErrorOf(error)?.state ?? '')) {
    return `This database has no inbox: DATABASE_URL has to be that of ${consumers.join(' or ')}.`
  }
  if (error instanceof Error && error.name.startsWith('KafkaJS'))
    return 'The broker is away: try again when it is there.'
  throw error
}
