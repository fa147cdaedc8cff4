import { randomBytes } from 'node:crypto'
import { wayTo } from '@caregraph/engines/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connectDatabase, type Database } from './connect.js'
import { isDatabaseAway } from './database-error.js'
import { idempotencySuite } from './idempotency.suite.js'
import { migrateSuite } from './migrate.suite.js'
import { rowsBySuite } from './rows-by.suite.js'
import { deferred, testDatabase } from './testing.js'
import { inTransaction, queryRows, refuseByConstraint } from './transaction.js'
import { transactionSuite } from './transaction.suite.js'
import { versionedUpdateSuite } from './versioned-update.suite.js'

describe('migrate', migrateSuite)
describe('transactions', transactionSuite)
describe('versions', versionedUpdateSuite)
describe('idempotency', idempotencySuite)
describe('rows', rowsBySuite)

describe('PostgreSQL', () => {
  let server: Awaited<ReturnType<typeof testDatabase>>
  let database: Database
  beforeAll(async () => {
    server = await testDatabase()
    database = await connectDatabase({
      url: server.url,
      tables: { entities: [], migrations: [] },
      poolSize: 2,
      onConnectionError: () => undefined,
    })
  })
  afterAll(async () => {
    await database.destroy()
    await server.drop()
  })

  it('answers the rows of whatever statement answers rows', async () => {
    await queryRows(database, 'CREATE TABLE rooms (id integer PRIMARY KEY)')
    expect(await queryRows(database, 'INSERT INTO rooms VALUES (1), (2) RETURNING id')).toEqual([{ id: 1 }, { id: 2 }])
    expect(await queryRows(database, 'UPDATE rooms SET id = 3 WHERE id = 2 RETURNING id')).toEqual([{ id: 3 }])
    expect(await queryRows(database, 'UPDATE rooms SET id = 3 WHERE id = 9 RETURNING id')).toEqual([])
    expect(await queryRows(database, 'DELETE FROM rooms')).toEqual([])
  })

  it('hurts no rule by an index that takes no value of that size', async () => {
    await queryRows(database, 'CREATE TABLE words (word text CONSTRAINT words_word PRIMARY KEY)')
    const tooLarge = () => queryRows(database, 'INSERT INTO words VALUES ($1)', [randomBytes(4_000).toString('hex')])
    const taken = refuseByConstraint({ words_word: () => new Error('taken') }, tooLarge)
    await expect(taken).rejects.toThrow('exceeds btree')
  })

  it('takes back what was locked by a client of which nobody hears, though it says no goodbye', async () => {
    const line = await wayTo(server.url)
    const behind = await connectDatabase({
      url: line.url,
      tables: { entities: [], migrations: [] },
      poolSize: 1,
      onConnectionError: () => undefined,
    })
    const { promise: back, resolve: comeBack } = deferred()
    const gone = inTransaction(behind, async ({ query }) => {
      await query('SELECT pg_advisory_xact_lock(1)')
      line.swallow()
      await back
    })
    const take = async () => (await queryRows<{ held: boolean }>(database, 'SELECT pg_try_advisory_lock(1) AS held'))[0]
    expect(await take()).toEqual({ held: false })
    await vi.waitUntil(async () => (await take())?.held, { timeout: 40_000, interval: 100 })
    line.pass()
    comeBack()
    await expect(gone).rejects.toSatisfy(isDatabaseAway)
    await behind.destroy()
    await line.stop()
  })

  it('looks whether we are there, and waits for no answer of ours longer than 20 s', async () => {
    const look = `SELECT name, setting FROM pg_settings WHERE name LIKE 'tcp\\_%' ORDER BY name`
    expect(await queryRows(database, look)).toEqual([
      { name: 'tcp_keepalives_count', setting: '3' },
      { name: 'tcp_keepalives_idle', setting: '5' },
      { name: 'tcp_keepalives_interval', setting: '5' },
      { name: 'tcp_user_timeout', setting: '20000' },
    ])
  })
})
