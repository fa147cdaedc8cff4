import { setTimeout as delay } from 'node:timers/promises'
import type { MigrationInterface, QueryRunner } from 'typeorm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectDatabase, type Database, type Migration } from './connect.js'
import { testDatabase } from './testing.js'
import { queryRows } from './transaction.js'

class Rooms1760000000091 implements MigrationInterface {
  readonly name = 'Rooms1760000000091'
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE rooms (id integer PRIMARY KEY)')
    await delay(30)
    await runner.query('INSERT INTO rooms VALUES (1)')
  }
  async down(): Promise<void> {}
}

class Beds1760000000092 implements MigrationInterface {
  readonly name = 'Beds1760000000092'
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE beds (id integer PRIMARY KEY)')
    await runner.query('INSERT INTO beds SELECT id FROM rooms')
  }
  async down(): Promise<void> {}
}

class Broken1760000000092 implements MigrationInterface {
  readonly name = 'Broken1760000000092'
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE beds (id integer PRIMARY KEY)')
    throw new Error('cut off in the middle')
  }
  async down(): Promise<void> {}
}

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
    const copies = await Promise.all([1, 2, 3, 4].map(() => start(Rooms1760000000091, Beds1760000000092)))
    for (const copy of copies) expect(await queryRows(copy, 'SELECT id FROM beds')).toEqual([{ id: 1 }])
    const applied = await queryRows(copies[0] ?? expect.fail(), 'SELECT name FROM migrations ORDER BY id')
    expect(applied).toEqual([{ name: 'Rooms1760000000091' }, { name: 'Beds1760000000092' }])
  })

  it('add only what is missing', async () => {
    await start(Rooms1760000000091)
    const database = await start(Rooms1760000000091, Beds1760000000092)
    expect(await queryRows(database, 'SELECT id FROM beds')).toEqual([{ id: 1 }])
  })

  it('leave nothing of one that failed, and run it at the next start', async () => {
    await expect(start(Rooms1760000000091, Broken1760000000092)).rejects.toThrow('cut off in the middle')
    const database = await start(Rooms1760000000091, Beds1760000000092)
    expect(await queryRows(database, 'SELECT id FROM beds')).toEqual([{ id: 1 }])
  })

  it('let nobody wait for one that failed', async () => {
    const settled = await Promise.allSettled([1, 2, 3, 4].map(() => start(Rooms1760000000091, Broken1760000000092)))
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected'])
  })

  it('of a newer release are left alone: the start is refused with a sentence that says what to do', async () => {
    await start(Rooms1760000000091, Beds1760000000092)
    await expect(start(Rooms1760000000091)).rejects.toThrow(
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
    const database = await start(Rooms1760000000091)
    expect(await queryRows(database, 'UPDATE rooms SET id = 2 RETURNING id')).toEqual([{ id: 2 }])
    expect(await queryRows(database, 'UPDATE rooms SET id = 3 WHERE id = 9 RETURNING id')).toEqual([])
    expect(await queryRows(database, 'DELETE FROM rooms')).toEqual([])
    expect(await queryRows(database, 'INSERT INTO rooms VALUES (1), (2) RETURNING id')).toEqual([{ id: 1 }, { id: 2 }])
    expect(await queryRows(database, 'SELECT id FROM rooms WHERE id = 9')).toEqual([])
  })
})
