import { mongoInbox } from '@caregraph/events/mongo'
import type { OpenedEngine } from '@caregraph/subgraph'
import { createConnection } from 'mongoose'
import { mongoStore } from './mongo-store.js'
import type { Services } from './read-statistics.js'

const selectServerMilliseconds = 5_000
const answerMilliseconds = 15_000

/** Connects to the database that the URL names. Rejects where it is away. */
export async function openMongo(url: string, consumer: string): Promise<OpenedEngine<Services>> {
  const connection = await createConnection(url, {
    // What only one server of several has written, or none to its disk, can be lost after the event was acknowledged.
    writeConcern: { w: 'majority', journal: true },
    bufferCommands: false,
    serverSelectionTimeoutMS: selectServerMilliseconds,
    socketTimeoutMS: answerMilliseconds,
  }).asPromise()
  try {
    return {
      services: { statistics: await mongoStore(connection) },
      inbox: await mongoInbox(connection, consumer),
      isReady: () =>
        connection.db?.command({ ping: 1 }).then(
          () => true,
          () => false,
        ) ?? Promise.resolve(false),
      stop: () => connection.close(),
    }
  } catch (error) {
    await connection.close()
    throw error
  }
}
