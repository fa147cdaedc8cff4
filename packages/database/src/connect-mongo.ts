import { type Connection, createConnection } from 'mongoose'

const selectServerMilliseconds = 5_000
const answerMilliseconds = 15_000

/** Connects to the database that the URL names. Rejects where it is away, see `isDatabaseAway`. */
export function connectMongo(url: string): Promise<Connection> {
  const connection = createConnection(url, {
    // What only one server of several has written, or none to its disk, can be lost after the event was acknowledged.
    writeConcern: { w: 'majority', journal: true },
    bufferCommands: false,
    serverSelectionTimeoutMS: selectServerMilliseconds,
    socketTimeoutMS: answerMilliseconds,
  })
  return connection.asPromise()
}
