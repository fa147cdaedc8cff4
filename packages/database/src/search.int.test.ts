import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectDatabase } from './connect.js'
import type { Migration } from './migration.js'
import { searchTables } from './search.js'
import { testDatabase } from './testing.js'
import { queryRows } from './transaction.js'

let server: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  server = await testDatabase()
})
afterAll(() => server.drop())

const connect = (migrations: readonly Migration[]) =>
  connectDatabase({
    url: server.url,
    tables: { entities: [], migrations },
    poolSize: 2,
    onConnectionError: () => undefined,
  })

it('an older clinic gets all terms of its records beside each of them, where they are not too long for the index', async () => {
  const [ada, long] = [randomUUID(), randomUUID()]
  const older = await connect(searchTables.slice(0, 1))
  const insert = 'INSERT INTO search_terms (record_id, term) SELECT $1, unnest($2::text[])'
  await queryRows(older, insert, [ada, ['ada', 'lovelace']])
  await queryRows(older, insert, [long, Array.from({ length: 40 }, (_, index) => 'x'.repeat(60) + index)])
  await older.destroy()

  const database = await connect(searchTables)
  const rows = await queryRows<{ id: string; all: string | null }>(
    database,
    'SELECT DISTINCT record_id AS id, all_terms AS all FROM search_terms',
  )
  expect(new Map(rows.map(({ id, all }) => [id, all?.split(' ').sort() ?? null]))).toEqual(
    new Map<string, string[] | null>([
      [ada, ['', 'ada', 'lovelace']],
      [long, null],
    ]),
  )
  await database.destroy()
})
