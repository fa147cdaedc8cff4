import { connectDatabase, inTransaction } from '@caregraph/database'
import { testDatabase } from '@caregraph/testing'
import { describe, expect, it } from 'vitest'
import { figureSetsSuite } from './figure-sets.suite.js'
import { figureSetTables } from './migrations/figure-sets.js'
import { figureTables } from './migrations/figures.js'
import { postgresSets } from './postgres-sets.js'
import { postgresStore } from './postgres-store.js'
import { statisticsStoreSuite } from './statistics-store.suite.js'

async function open() {
  const { url, drop } = await testDatabase()
  const database = await connectDatabase({
    url,
    tables: { entities: [], migrations: [figureTables, figureSetTables] },
    poolSize: 8,
    onConnectionError: () => undefined,
  })
  const close = async () => {
    await database.destroy()
    await drop()
  }
  return { database, store: postgresStore(database, 'a'), close }
}

statisticsStoreSuite('PostgreSQL', open)
figureSetsSuite('PostgreSQL', async () => {
  const { database, close } = await open()
  return { copy: async () => postgresSets(database), close }
})

describe('figures in PostgreSQL', () => {
  it('forget an event whose transaction is rolled back', async () => {
    const { database, store, close } = await open()
    const event = { id: '01890000-0000-7000-8000-000000000001', time: '2027-03-01T09:00:00Z' }
    const day = '2027-03-01'
    const change = {
      day,
      figure: 'noShows',
      doctorId: null,
      serviceType: null,
      hourOfWeek: null,
      currency: null,
      amount: 1,
    } as const
    const undone = inTransaction(database, async (tx) => {
      await store.count([{ ...event, changes: [change] }], tx)
      throw new Error('later in the same transaction')
    })
    await expect(undone).rejects.toThrow('later in the same transaction')
    expect((await store.sumsOfClinic({ from: day, to: day })).asOf).toBeNull()
    await inTransaction(database, (tx) => store.count([{ ...event, changes: [change] }], tx))
    expect((await store.sumsOfClinic({ from: day, to: day })).byDay.get(day)).toMatchObject([{ amount: 1 }])
    await close()
  })
})
