import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectDatabase, type Database } from './connect.js'
import { databaseErrorOf, isDatabaseAway, isToRunAgain } from './database-error.js'
import { type Deferred, deferred, testDatabase, wordsOf } from './testing.js'
import { inTransaction, queryRows, refuseByConstraint, type Transaction } from './transaction.js'

let server: Awaited<ReturnType<typeof testDatabase>>
let database: Database
const insert = (id: number, text = '') => ['INSERT INTO notes VALUES ($1, $2)', [id, text]] as const
const ids = async () =>
  (await queryRows<{ id: number }>(database, 'SELECT id FROM notes ORDER BY id')).map(({ id }) => id)

/** Fails so often as a deadlock does, then not any more. */
function failing(times: number) {
  let tries = 0
  return {
    tries: () => tries,
    statement: () => (tries++ < times ? wordsOf(database).deadlock : 'SELECT 1'),
  }
}

export function transactionSuite(): void {
  beforeAll(async () => {
    server = await testDatabase()
    database = await connectDatabase({
      url: server.url,
      tables: { entities: [], migrations: [] },
      poolSize: 8,
      onConnectionError: () => undefined,
    })
    await queryRows(
      database,
      'CREATE TABLE notes (id integer NOT NULL, text varchar(9) NOT NULL, CONSTRAINT notes_id UNIQUE (id))',
    )
  })
  afterAll(async () => {
    await database.destroy()
    await server.drop()
  })
  beforeEach(async () => {
    await queryRows(database, 'TRUNCATE notes')
  })

  describe('inTransaction', () => {
    it('keeps all of it, or nothing', async () => {
      const refused = inTransaction(database, async (tx) => {
        await tx.query(...insert(1))
        throw new Error('refused')
      })
      await expect(refused).rejects.toThrow('refused')
      expect(await ids()).toEqual([])
      const answer = await inTransaction(database, async (tx) => {
        await tx.query(...insert(1))
        await tx.query(...insert(2))
        return 'kept'
      })
      expect(answer).toBe('kept')
      expect(await ids()).toEqual([1, 2])
    })

    it('takes nothing from work that goes on after its end, also while that is on its way', async () => {
      let late: Promise<PromiseSettledResult<unknown>[]> | undefined
      const givenUp = inTransaction(database, async (tx) => {
        const underWay = tx.query(wordsOf(database).sleep(0.05))
        late = Promise.allSettled([
          underWay.then(() => tx.query(...insert(1))),
          underWay.then(() => tx.manager.query(`INSERT INTO notes VALUES (2, '')`)),
        ])
        throw new Error('given up')
      })
      await expect(givenUp).rejects.toThrow('given up')
      expect((await late)?.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      expect(await ids()).toEqual([])
    })

    it('keeps nothing of which nobody waits for the answer any more', async () => {
      const waiting = new AbortController()
      const worked = vi.fn()
      const late = inTransaction({ database, signal: waiting.signal }, async (tx) => {
        await tx.query(...insert(1))
        waiting.abort(new Error('nobody waits'))
      })
      await expect(late).rejects.toThrow('nobody waits')
      const tooLate = inTransaction({ database, signal: waiting.signal }, async () => worked())
      await expect(tooLate).rejects.toThrow('nobody waits')
      expect(worked).not.toHaveBeenCalled()
      expect(await ids()).toEqual([])
    })

    it('runs the work again after a deadlock, from nothing', async () => {
      const { tries, statement } = failing(2)
      await inTransaction(database, async (tx) => {
        await tx.query(...insert(1))
        await tx.query(statement())
      })
      expect(tries()).toBe(3)
      expect(await ids()).toEqual([1])
    })

    it('gives up after five tries, with what the database said', async () => {
      const { tries, statement } = failing(Number.POSITIVE_INFINITY)
      const given = inTransaction(database, (tx) => tx.query(statement()))
      await expect(given).rejects.toSatisfy(isToRunAgain)
      expect(tries()).toBe(5)
    })

    it('runs no other failure again', async () => {
      let tries = 0
      const refused = inTransaction(database, async () => {
        tries++
        throw new Error('refused')
      })
      await expect(refused).rejects.toThrow('refused')
      expect(tries).toBe(1)
    })

    it('ends two that lock each other’s rows well, both', async () => {
      await queryRows(database, `INSERT INTO notes VALUES (1, ''), (2, '')`)
      const [first, second] = [deferred(), deferred()]
      const lockBoth = (one: number, other: number, mine: Deferred, theirs: Deferred) =>
        inTransaction(database, async (tx) => {
          await tx.query(`UPDATE notes SET text = text || 'x' WHERE id = $1`, [one])
          mine.resolve()
          await theirs.promise
          await tx.query(`UPDATE notes SET text = text || 'x' WHERE id = $1`, [other])
        })
      await Promise.all([lockBoth(1, 2, first, second), lockBoth(2, 1, second, first)])
      expect(await queryRows(database, 'SELECT text FROM notes')).toEqual([{ text: 'xx' }, { text: 'xx' }])
    })

    it('keeps what was sent without waiting, in its order', async () => {
      await inTransaction(database, async (tx) => {
        tx.send(...insert(1))
        const [found] = await tx.query<{ count: number }>('SELECT count(*) AS count FROM notes')
        expect(found?.count).toBe(1)
        tx.send(...insert(2))
      })
      expect(await ids()).toEqual([1, 2])
    })

    it('says what was wrong with what was sent, whatever came behind it, and keeps nothing', async () => {
      await queryRows(database, ...insert(1))
      const told = vi.fn()
      const endings = [() => Promise.resolve(), (tx: Transaction) => tx.query(...insert(3))]
      for (const ending of endings) {
        const refused = inTransaction(database, async (tx) => {
          tx.afterCommit(told)
          tx.send(...insert(2))
          tx.send(...insert(1))
          await ending(tx)
        })
        await expect(refused).rejects.toSatisfy((error) => databaseErrorOf(error)?.constraint === 'notes_id')
      }
      const garbled = inTransaction(database, async (tx) => {
        tx.send(...insert(2))
        tx.send('SELECT $1', [{ toJSON: () => 1n }])
      })
      await expect(garbled).rejects.toThrow('BigInt')
      expect(told).not.toHaveBeenCalled()
      expect(await ids()).toEqual([1])
    })

    it('runs the work again where what was sent could not be had', async () => {
      const { tries, statement } = failing(2)
      await inTransaction(database, async (tx) => {
        tx.send(statement())
        await tx.query(...insert(1))
      })
      expect(tries()).toBe(3)
      expect(await ids()).toEqual([1])
    })

    it('tells of the commit once, after it, and never of what was rolled back or tried before', async () => {
      const told = vi.fn()
      const { statement } = failing(2)
      await inTransaction(database, async (tx) => {
        tx.afterCommit(told)
        await tx.query(...insert(1))
        await tx.query(statement())
        expect(told).not.toHaveBeenCalled()
      })
      expect(told).toHaveBeenCalledTimes(1)
      const refused = inTransaction(database, async (tx) => {
        tx.afterCommit(told)
        throw new Error('refused')
      })
      await expect(refused).rejects.toThrow('refused')
      expect(told).toHaveBeenCalledTimes(1)
    })

    it('never says well of work that went on after a statement had failed: the database keeps nothing of it', async () => {
      await queryRows(database, ...insert(1))
      const told = vi.fn()
      const ignored = inTransaction(database, async (tx) => {
        tx.afterCommit(told)
        await tx.query(...insert(2))
        await tx.query(...insert(1)).catch(() => undefined)
      })
      await expect(ignored).rejects.toThrow('current transaction is aborted')
      expect(told).not.toHaveBeenCalled()
      expect(await ids()).toEqual([1])
    })

    it('does not let work write that goes on after its transaction has ended', async () => {
      let late: Promise<unknown> = Promise.resolve()
      const { promise: ended, resolve: end } = deferred()
      await inTransaction(database, async (tx) => {
        late = ended.then(() => tx.query(...insert(7)))
        late.catch(() => undefined)
      })
      end()
      await expect(late).rejects.toThrow()
      expect(await ids()).toEqual([])
    })

    it('leaves no connection behind, whatever its work does', async () => {
      for (const work of [() => Promise.reject(new Error('no')), () => Promise.resolve()]) {
        for (let times = 0; times < 20; times++) await inTransaction(database, work).catch(() => undefined)
      }
      const { ownConnection, kill } = wordsOf(database)
      const cut = () =>
        inTransaction(database, async (tx) => {
          const [own] = await tx.query<{ connection: number }>(ownConnection)
          await tx.query(kill(own?.connection ?? 0))
          await tx.query('SELECT 1')
        })
      for (let times = 0; times < 20; times++) await expect(cut()).rejects.toSatisfy(isDatabaseAway)
      await Promise.all(Array.from({ length: 30 }, (_, id) => inTransaction(database, (tx) => tx.query(...insert(id)))))
      expect(await ids()).toHaveLength(30)
    })
  })

  describe('refuseByConstraint', () => {
    it('turns the constraint that was hurt into its refusal, and nothing else', async () => {
      await queryRows(database, ...insert(1))
      const refusals = { notes_id: () => new Error('taken') }
      await expect(refuseByConstraint(refusals, () => queryRows(database, ...insert(1)))).rejects.toThrow('taken')
      await expect(refuseByConstraint({}, () => queryRows(database, ...insert(1)))).rejects.toThrow('notes_id')
      await expect(refuseByConstraint(refusals, () => Promise.reject(new Error('other')))).rejects.toThrow('other')
    })

    it('knows a primary key and a check by their names', async () => {
      await queryRows(
        database,
        'CREATE TABLE beds (id integer PRIMARY KEY, floor integer, CONSTRAINT beds_floor CHECK (floor < 9))',
      )
      const put = (floor: number) => queryRows(database, 'INSERT INTO beds VALUES (1, $1)', [floor])
      const refusals = { beds_pkey: () => new Error('the bed is there'), beds_floor: () => new Error('too high') }
      await expect(refuseByConstraint(refusals, () => put(9))).rejects.toThrow('too high')
      await put(8)
      await expect(refuseByConstraint(refusals, () => put(8))).rejects.toThrow('the bed is there')
    })

    it('is not deceived by what was given', async () => {
      await queryRows(database, 'CREATE TABLE words (word varchar(99), CONSTRAINT words_word UNIQUE (word))')
      const put = () => queryRows(database, 'INSERT INTO words VALUES ($1)', [`x' for key 'other'`])
      await put()
      const refusals = { words_word: () => new Error('taken'), other: () => new Error('deceived') }
      await expect(refuseByConstraint(refusals, put)).rejects.toThrow('taken')
    })
  })

  describe('isDatabaseAway', () => {
    it('knows a server that is not there from a statement that is wrong', async () => {
      const wrong = await queryRows(database, 'SELECT nothing').catch((error: unknown) => error)
      expect(isDatabaseAway(wrong)).toBe(false)
      expect(isDatabaseAway(new Error('timeout exceeded when trying to connect'))).toBe(true)
      const broken = inTransaction(database, async (tx) => {
        const { ownConnection, kill } = wordsOf(database)
        const [own] = await tx.query<{ connection: number }>(ownConnection)
        await queryRows(database, kill(own?.connection ?? 0))
        for (;;) await tx.query('SELECT 1')
      })
      await expect(broken).rejects.toSatisfy(isDatabaseAway)
      const nobody = connectDatabase({
        url: server.url.replace(/:\d+\//, ':1/'),
        tables: { entities: [], migrations: [] },
        poolSize: 1,
        onConnectionError: () => undefined,
      })
      await expect(nobody).rejects.toSatisfy(isDatabaseAway)
    })
  })
}
