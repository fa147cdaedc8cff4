import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectDatabase, type Database } from './connect.js'
import type { Migration } from './migration.js'
import { testDatabase } from './testing.js'
import { queryRows } from './transaction.js'

const rooms: Migration = {
  name: 'Rooms1760000000091',
  postgres: ['CREATE TABLE rooms (id integer PRIMARY KEY)', () => delay(30), 'INSERT INTO rooms VALUES (1)'],
}

const beds: Migration = {
  name: 'Beds1760000000092',
  postgres: ['CREATE TABLE beds (id integer PRIMARY KEY)', 'INSERT INTO beds SELECT id FROM rooms'],
}

const cutOff = () => Promise.reject(new Error('cut off in the middle'))

const brokenBeds: Migration = { ...beds, postgres: ['CREATE TABLE beds (id integer PRIMARY KEY)', cutOff] }

let server: Awaited<ReturnType<typeof testDatabase>>
const opened: Database[] = []
beforeEach(async () => {
  server = await testDatabase()
})
afterEach(async () => {
  for (const database of opened.splice(0)) await database.destroy()
  await server.drop()
})

async function start(...migrations: Migration[]): Promise<Database> {
  const tables = { entities: [], migrations }
  const database = await connectDatabase({ url: server.url, tables, poolSize: 2, onConnectionError: () => undefined })
  opened.push(database)
  return database
}

describe('migrations', () => {
  it('run once when four start at once on an empty database', async () => {
    const copies = await Promise.all([1, 2, 3, 4].map(() => start(rooms, beds)))
    for (const copy of copies) expect(await queryRows(copy, 'SELECT id FROM beds')).toEqual([{ id: 1 }])
    const applied = await queryRows(copies[0] ?? expect.fail(), 'SELECT name FROM migrations ORDER BY id')
    expect(applied).toEqual([{ name: 'Rooms1760000000091' }, { name: 'Beds1760000000092' }])
  })

  it('add only what is missing', async () => {
    await start(rooms)
    const database = await start(rooms, beds)
    expect(await queryRows(database, 'SELECT id FROM beds')).toEqual([{ id: 1 }])
  })

  it('leave nothing of one that failed, and run it at the next start', async () => {
    await expect(start(rooms, brokenBeds)).rejects.toThrow('cut off in the middle')
    const database = await start(rooms, beds)
    expect(await queryRows(database, 'SELECT id FROM beds')).toEqual([{ id: 1 }])
  })

  it('let nobody wait for one that failed', async () => {
    const settled = await Promise.allSettled([1, 2, 3, 4].map(() => start(rooms, brokenBeds)))
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected'])
  })

  it('of a newer release are left alone: the start is refused with a sentence that says what to do', async () => {
    await start(rooms, beds)
    await expect(start(rooms)).rejects.toThrow(
      'This database was migrated by a newer release (Beds1760000000092). Start that release, or restore a backup.',
    )
  })
})

describe('a connection', () => {
  it('reads days as texts and counts as numbers', async () => {
    const database = await start()
    const [row] = await queryRows(database, `SELECT date '1984-02-29' AS day, count(*) AS count, 5::bigint AS minor`)
    expect(row).toEqual({ day: '1984-02-29', count: 1, minor: 5 })
  })

  it('ends a statement that takes too long', async () => {
    const database = await start()
    expect(await queryRows(database, 'SHOW statement_timeout')).toEqual([{ statement_timeout: '15s' }])
  })

  it('answers the rows of whatever statement answers rows', async () => {
    const database = await start(rooms)
    expect(await queryRows(database, 'UPDATE rooms SET id = 2 RETURNING id')).toEqual([{ id: 2 }])
    expect(await queryRows(database, 'UPDATE rooms SET id = 3 WHERE id = 9 RETURNING id')).toEqual([])
    expect(await queryRows(database, 'DELETE FROM rooms')).toEqual([])
    expect(await queryRows(database, 'INSERT INTO rooms VALUES (1), (2) RETURNING id')).toEqual([{ id: 1 }, { id: 2 }])
    expect(await queryRows(database, 'SELECT id FROM rooms WHERE id = 9')).toEqual([])
  })
})
