import { type Way, wayTo } from '@caregraph/engines/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
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

const soon = { timeout: 40_000, interval: 100 }
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

  it('without a word lets go of what was locked by it, though nobody says goodbye', async () => {
    let comeBack: () => void = () => undefined
    const gone = inTransaction(database, async ({ query }) => {
      await query('SELECT pg_advisory_xact_lock(1)')
      line.swallow()
      await new Promise<void>((resolve) => {
        comeBack = resolve
      })
    })
    const tables = { entities: [], migrations: [] }
    const other = await connectDatabase({ url: server.url, tables, poolSize: 1, onConnectionError: () => undefined })
    const takeLock = async () =>
      (await queryRows<{ held: boolean }>(other, 'SELECT pg_try_advisory_lock(1) AS held'))[0]
    expect(await takeLock()).toEqual({ held: false })
    await vi.waitUntil(async () => (await takeLock())?.held, soon)
    await other.destroy()
    line.pass()
    comeBack()
    await expect(gone).rejects.toSatisfy(isDatabaseAway)
  })

  it('is one on which the server looks whether we are there, and waits for no answer longer than 20 s', async () => {
    const look = `SELECT name, setting FROM pg_settings WHERE name LIKE 'tcp\\_%' ORDER BY name`
    expect(await queryRows(database, look)).toEqual([
      { name: 'tcp_keepalives_count', setting: '3' },
      { name: 'tcp_keepalives_idle', setting: '5' },
      { name: 'tcp_keepalives_interval', setting: '5' },
      { name: 'tcp_user_timeout', setting: '20000' },
    ])
  })

  it('with a word is told at once, and is whole again without a start', async () => {
    line.cut()
    for (let time = 0; time < 20; time++) await expect(ask()).rejects.toSatisfy(isDatabaseAway)
    line.pass()
    expect(await ask()).toEqual([{ one: 1 }])
  })
})
