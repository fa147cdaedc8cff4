import { randomUUID } from 'node:crypto'
import { connectDatabase, type Database, queryRows, type Transaction } from '@caregraph/database'
import { connectMongo } from '@caregraph/database/mongo'
import { testDatabase } from '@caregraph/database/testing'
import { type Connection, mongo } from 'mongoose'
import type { AnyEvent } from './event.js'
import type { Inbox } from './inbox.js'
import { mongoInbox } from './mongo-inbox.js'
import { inboxForgetsNothing, inboxTable, postgresInbox } from './postgres-inbox.js'

/** An inbox on which nothing was received yet, and a place for effects that goes with it. */
export interface InboxUnderTest<Tx> {
  inboxOf(consumer: string): Promise<Inbox<Tx>>
  /** The effect of an event for a consumer. */
  takeEffect(tx: Tx, event: AnyEvent, consumer: string): Promise<unknown>
  /** The ids of the events whose effects are there, as often and in the order in which they were taken. */
  effects(): Promise<string[]>
  close(): Promise<void>
}

/** The URL by which the inbox reaches a server: effects are looked up without that detour. */
export type Through = (url: string) => Promise<string>

const directly: Through = async (url) => url
const onConnectionError = () => undefined

export async function inboxInPostgres(
  through = directly,
): Promise<InboxUnderTest<Transaction> & { readonly database: Database }> {
  const server = await testDatabase()
  const tables = { entities: [], migrations: [inboxTable, inboxForgetsNothing] }
  const database = await connectDatabase({ url: await through(server.url), tables, poolSize: 12, onConnectionError })
  const looking = await connectDatabase({ url: server.url, tables, poolSize: 2, onConnectionError })
  await queryRows(looking, 'CREATE TABLE effects (place bigint GENERATED ALWAYS AS IDENTITY, event_id uuid NOT NULL)')
  return {
    database,
    inboxOf: async (consumer) => postgresInbox(database, consumer),
    takeEffect: (tx, event) => tx.query('INSERT INTO effects (event_id) VALUES ($1)', [event.id]),
    async effects() {
      const rows = await queryRows<{ id: string }>(looking, 'SELECT event_id AS id FROM effects ORDER BY place')
      return rows.map(({ id }) => id)
    },
    async close() {
      await Promise.all([database.destroy(), looking.destroy()])
      await server.drop()
    },
  }
}

/** Effects as the inbox asks for them where there is no transaction: they know by the event that they are there. */
export async function inboxInMongo(
  serverUrl: string,
  through = directly,
): Promise<InboxUnderTest<undefined> & { readonly connection: Connection }> {
  const own = new URL(serverUrl)
  own.pathname = `test_${randomUUID().replaceAll('-', '')}`
  // Else the driver asks the server for its own address, and goes there.
  own.searchParams.set('directConnection', 'true')
  const connection = await connectMongo(await through(own.href))
  const looking = await connectMongo(own.href)
  let place = 0
  return {
    connection,
    inboxOf: (consumer) => mongoInbox(connection, consumer),
    takeEffect: (_, { id }, consumer) =>
      connection
        .collection<Effect>('effects')
        .insertOne({ _id: `${consumer}/${id}`, eventId: id, place: place++ })
        .catch(ifNotThere),
    async effects() {
      const taken = await looking.collection<Effect>('effects').find().sort({ place: 1 }).toArray()
      return taken.map(({ eventId }) => eventId)
    },
    async close() {
      await looking.dropDatabase()
      await Promise.all([connection.close(), looking.close()])
    },
  }
}

interface Effect {
  readonly _id: string
  readonly eventId: string
  readonly place: number
}

function ifNotThere(error: unknown): void {
  if (!(error instanceof mongo.MongoServerError && error.code === 11_000)) throw error
}
