import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectDatabase, type Database } from './connect.js'
import { idempotencySuite } from './idempotency.suite.js'
import { migrateSuite } from './migrate.suite.js'
import { rowsBySuite } from './rows-by.suite.js'
import { testDatabase } from './testing.js'
import { queryRows, refuseByConstraint } from './transaction.js'
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
})
