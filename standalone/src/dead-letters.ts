import { isId } from '@caregraph/database'
import { ensureDatabase, runningPostgres } from '@caregraph/embedded-postgres'
import { type DeadLetter, type Inbox, postgresInbox } from '@caregraph/events'
import { WrongSettings } from '@caregraph/subgraph'
import { DataSource } from 'typeorm'
import { readSettings } from './settings.js'
import { postgresDirectory } from './start-clinic.js'

const usage = `usage: npm run dead-letters                             lists the events whose effect failed too often
       npm run dead-letters -- redrive <event id>       gives one of them a new row of tries
       npm run dead-letters -- redrive --all            gives all of them one

The clinic must be running (DATA_DIR says which): its consumers do the work.`

const consumers = ['billing', 'analytics']

class ClinicClosed extends Error {
  override readonly name = 'ClinicClosed'
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof ClinicClosed || error instanceof WrongSettings)) throw error
  console.error(error.message)
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
  const letters = (await forEachInbox((inbox) => inbox.deadLetters())).flat()
  for (const letter of letters) console.log(lineOf(letter))
  console.log(letters.length === 0 ? 'There are no dead letters.' : `${letters.length} dead letters.`)
}

const lineOf = ({ consumer, eventId, type, receivedAt, tries, reason }: DeadLetter) =>
  `${receivedAt.toISOString()}  ${consumer}  ${type}  ${eventId}  after ${tries} tries: ${reason}`

async function redrive(id: string | undefined): Promise<void> {
  const counts = await forEachInbox((inbox) => inbox.redrive(new Date(), id))
  const count = counts.reduce((sum, each) => sum + each, 0)
  console.log(count === 0 ? 'There is no such dead letter.' : `${count} dead letters are tried again.`)
  if (count === 0) process.exitCode = 1
}

async function forEachInbox<T>(work: (inbox: Inbox) => Promise<T>): Promise<T[]> {
  const postgres = await runningPostgres(postgresDirectory(readSettings(process.env)))
  if (postgres === undefined) throw new ClinicClosed('The clinic is not running: npm start opens it.')
  const results: T[] = []
  for (const name of consumers) {
    const database = new DataSource({ type: 'postgres', url: await ensureDatabase(postgres, name) })
    await database.initialize()
    try {
      results.push(await work(postgresInbox(database, name)))
    } finally {
      await database.destroy()
    }
  }
  return results
}
