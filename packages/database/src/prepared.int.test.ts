import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectDatabase, type Database } from './connect.js'
import { prepared } from './prepared.js'
import { testDatabase } from './testing.js'
import { inTransaction, queryRows } from './transaction.js'

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

describe('a prepared statement', () => {
  const double = prepared('SELECT 2 * $1::integer AS double')

  it('answers by its values each time, on whatever connection', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => queryRows<{ double: number }>(database, double, [index])),
    )
    expect(answers.flat().map((row) => row.double)).toEqual(Array.from({ length: 20 }, (_, index) => 2 * index))
  })

  it('goes on after one of its calls was refused, in a transaction and outside', async () => {
    await expect(queryRows(database, double, [2 ** 31 - 1])).rejects.toMatchObject({ code: '22003' })
    const work = inTransaction(database, (tx) => tx.query(double, [2 ** 31 - 1]))
    await expect(work).rejects.toMatchObject({ code: '22003' })
    expect(await queryRows(database, double, [4])).toEqual([{ double: 8 }])
  })

  it('follows a table that changed meanwhile', async () => {
    await queryRows(database, 'CREATE TABLE notes (note text)')
    const notes = prepared('SELECT note FROM notes')
    await queryRows(database, `INSERT INTO notes VALUES ('kept')`)
    for (let time = 0; time < 7; time++) expect(await queryRows(database, notes)).toEqual([{ note: 'kept' }])
    await queryRows(database, 'CREATE INDEX notes_note ON notes (note)')
    await queryRows(database, 'ALTER TABLE notes ADD COLUMN author text')
    expect(await queryRows(database, notes)).toEqual([{ note: 'kept' }])
  })
})
