import { describeOn } from '@caregraph/engines/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectDatabase, type Database } from './connect.js'
import { databaseErrorOf, isDatabaseAway, isToRunAgain } from './database-error.js'
import { idempotencySuite } from './idempotency.suite.js'
import { migrateSuite } from './migrate.suite.js'
import { rowsBySuite } from './rows-by.suite.js'
import { deferred, testDatabase, testDatabasesOn } from './testing.js'
import { inTransaction, queryRows } from './transaction.js'
import { transactionSuite } from './transaction.suite.js'
import { versionedUpdateSuite } from './versioned-update.suite.js'

await describeOn('mariadb', 'a database on MySQL', (url) => {
  testDatabasesOn(url)
  describe('migrate', migrateSuite)
  describe('transactions', transactionSuite)
  describe('versions', versionedUpdateSuite)
  describe('idempotency', idempotencySuite)
  describe('rows', rowsBySuite)
  describe('silence', async () => void (await import('./silence.int.test.js')))

  describe('a session', () => {
    let server: Awaited<ReturnType<typeof testDatabase>>
    let database: Database
    beforeAll(async () => {
      server = await testDatabase()
      database = await connectDatabase({
        url: server.url,
        tables: { entities: [], migrations: [] },
        poolSize: 3,
        onConnectionError: () => undefined,
      })
      await queryRows(database, 'CREATE TABLE notes (id integer PRIMARY KEY, note varchar(3), taken_at datetime(3))')
    })
    afterAll(async () => {
      await database.destroy()
      await server.drop()
    })

    it('is in UTC and reads what is committed, on each connection of the pool', async () => {
      const look = `SELECT @@time_zone AS zone, @@lc_time_names AS it,
        /*!80000 @@transaction_isolation */ /*M! @@tx_isolation */ AS level`
      const rows = await Promise.all([1, 2, 3].map(() => queryRows<{ zone: string; level: string }>(database, look)))
      expect(rows.flat().map(({ zone, level }) => `${zone} ${level}`)).toEqual(Array(3).fill('+00:00 READ-COMMITTED'))
    })

    it('is given up by the server a minute after its client has vanished, with what that had locked', async () => {
      expect(await queryRows(database, 'SELECT @@wait_timeout AS seconds')).toEqual([{ seconds: 60 }])
    })

    it('refuses what does not fit, and cuts nothing off', async () => {
      const put = (note: string) => queryRows(database, 'INSERT INTO notes (id, note) VALUES (1, $1)', [note])
      await expect(put('four')).rejects.toSatisfy((error) => databaseErrorOf(error)?.state === '1406')
    })

    it('keeps an instant to the millisecond', async () => {
      const instant = new Date('2027-03-28T01:30:00.123Z')
      await queryRows(database, 'INSERT INTO notes (id, taken_at) VALUES (2, $1)', [instant])
      expect(await queryRows(database, 'SELECT taken_at FROM notes WHERE id = 2')).toEqual([{ taken_at: instant }])
      expect(await queryRows(database, 'SELECT id FROM notes WHERE taken_at = $1', [instant])).toEqual([{ id: 2 }])
    })

    it('escapes whatever is given', async () => {
      const given = ['\\', `'`, '"', '\0', '%', '😀', `' OR 1=1 --`]
      for (const each of given) {
        expect(await queryRows(database, 'SELECT $1 AS back', [each])).toEqual([{ back: each }])
        expect(await queryRows(database, 'SELECT 1 AS found WHERE $1 = ANY ($2)', [each, given])).toEqual([
          { found: 1 },
        ])
      }
    })

    it('gives up a lock that is not to be had, and the work is run again', async () => {
      await queryRows(database, `INSERT INTO notes (id, note) VALUES (3, 'a')`)
      let tries = 0
      const [held, mayEnd] = [deferred(), deferred()]
      const holder = inTransaction(database, async (tx) => {
        await tx.query(`UPDATE notes SET note = 'b' WHERE id = 3`)
        held.resolve()
        await mayEnd.promise
      })
      await held.promise
      await inTransaction(database, async (tx) => {
        if (++tries === 2) mayEnd.resolve()
        await tx.query(`UPDATE notes SET note = note || 'c' WHERE id = 3`).catch((error: unknown) => {
          expect(isToRunAgain(error)).toBe(true)
          throw error
        })
      })
      await holder
      expect(tries).toBe(2)
      expect(await queryRows(database, 'SELECT note FROM notes WHERE id = 3')).toEqual([{ note: 'bc' }])
    })

    it('is given up waiting for, when all connections are taken', async () => {
      const mayEnd = deferred()
      const begun = [1, 2, 3].map(deferred)
      const holders = begun.map(({ resolve }) =>
        inTransaction(database, async () => {
          resolve()
          await mayEnd.promise
        }),
      )
      await Promise.all(begun.map(({ promise }) => promise))
      await expect(queryRows(database, 'SELECT 1')).rejects.toSatisfy(isDatabaseAway)
      mayEnd.resolve()
      await Promise.all(holders)
      expect(await queryRows(database, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    })
  })
})
