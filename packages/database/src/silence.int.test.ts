import { type Way, wayTo } from '@caregraph/engines/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectDatabase, type Database } from './connect.js'
import { isDatabaseAway } from './database-error.js'
import { poolState } from './engine.js'
import { testDatabase } from './testing.js'
import { inTransaction, queryRows } from './transaction.js'

const poolSize = 4
let server: Awaited<ReturnType<typeof testDatabase>>
let line: Way
let database: Database
beforeEach(async () => {
  server = await testDatabase()
  line = await wayTo(server.url)
  database = await connectDatabase({
    url: line.url,
    tables: { entities: [], migrations: [] },
    poolSize,
    onConnectionError: () => undefined,
  })
})
afterEach(async () => {
  await database.destroy()
  await line.stop()
  await server.drop()
})

const ask = () => queryRows<{ one: number }>(database, 'SELECT 1 AS one')
const outcomes = async (asked: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(asked)).map((each) => each.status === 'fulfilled' || isDatabaseAway(each.reason))

describe('a line to the database that is cut', () => {
  it('without a word ends every statement, and is whole again without a start', async () => {
    // Half of the connections are in a transaction when it happens, so that none is only asked as a whole.
    const inTheMiddle = Array.from({ length: poolSize / 2 }, () =>
      inTransaction(database, async ({ query }) => {
        await query('SELECT 1')
        line.swallow()
        await query('SELECT 2')
      }),
    )
    const waiting = Array.from({ length: 20 }, ask)
    expect(await outcomes([...inTheMiddle, ...waiting])).toEqual(Array(22).fill(true))
    await expect(ask()).rejects.toSatisfy(isDatabaseAway)
    line.pass()
    expect(await Promise.all(Array.from({ length: poolSize }, ask))).toEqual(Array(poolSize).fill([{ one: 1 }]))
    expect(poolState(database)).toMatchObject({ busy: 0, waiting: 0 })
  })

  it('with a word is told at once, and is whole again without a start', async () => {
    line.cut()
    for (let time = 0; time < 20; time++) await expect(ask()).rejects.toSatisfy(isDatabaseAway)
    line.pass()
    expect(await ask()).toEqual([{ one: 1 }])
  })
})
