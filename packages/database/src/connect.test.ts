import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectDatabase } from './connect.js'
import { isDatabaseAway } from './database-error.js'

/** A message of PostgreSQL's protocol, version 3: its kind, its length, its text. */
function message(kind: string, text: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length + 4)
  return Buffer.concat([Buffer.from(kind), length, Buffer.from(text, 'latin1')])
}

const welcome = Buffer.concat([message('R', '\0\0\0\0'), message('Z', 'I')])
const farewell = message('E', 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0')

/** Lets everybody in and shows him the door with the same packet. */
const server = createServer((socket) => {
  socket.on('error', () => undefined)
  socket.once('data', () => socket.end(Buffer.concat([welcome, farewell])))
})

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => void server.close())

describe('a connection', () => {
  it('that the server ends as soon as it is open is a database that is away, and not the end of the process', async () => {
    const { port } = server.address() as AddressInfo
    const connecting = connectDatabase({
      url: `postgres://a:b@127.0.0.1:${port}/none`,
      tables: { entities: [], migrations: [] },
      poolSize: 2,
      onConnectionError: () => undefined,
    })
    await expect(connecting).rejects.toSatisfy(isDatabaseAway)
  })
})
