import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectDatabase, type Database } from './connect.js'
import { isDatabaseAway } from './database-error.js'
import type { Migration, Step } from './migration.js'
import { testDatabase, wordsOf } from './testing.js'
import { queryRows } from './transaction.js'

/** The same steps on both. */
const onAll = (name: string, steps: readonly Step[]): Migration => ({ name, postgres: steps, mysql: steps })

const makeBeds = 'CREATE TABLE beds (id integer PRIMARY KEY)'
const rooms = onAll('Rooms1760000000091', [
  'CREATE TABLE rooms (id integer PRIMARY KEY)',
  () => delay(30),
  'INSERT INTO rooms VALUES (1)',
])
const beds = onAll('Beds1760000000092', [makeBeds, 'INSERT INTO beds SELECT id FROM rooms'])
const brokenBeds = onAll(beds.name, [makeBeds, () => Promise.reject(new Error('cut off in the middle'))])

let server: Awaited<ReturnType<typeof testDatabase>>
const opened: Database[] = []
async function start(...migrations: Migration[]): Promise<Database> {
  const tables = { entities: [], migrations }
  const database = await connectDatabase({ url: server.url, tables, poolSize: 2, onConnectionError: () => undefined })
  opened.push(database)
  return database
}

export function migrateSuite(): void {
  beforeEach(async () => {
    server = await testDatabase()
  })
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.destroy()
    await server.drop()
  })

  describe('migrations', () => {
    it('run once when four start at once on an empty database', async () => {
      const copies = await Promise.all([1, 2, 3, 4].map(() => start(rooms, beds)))
      for (const copy of copies) expect(await queryRows(copy, 'SELECT id FROM beds')).toEqual([{ id: 1 }])
      const applied = await queryRows(copies[0] ?? expect.fail(), 'SELECT name FROM migrations ORDER BY id')
      expect(applied).toEqual([{ name: 'Rooms1760000000091' }, { name: 'Beds1760000000092' }])
    })

    it('add only what is missing', async () => {
      await start(rooms)
      const database = await start(rooms, beds)
      expect(await queryRows(database, 'SELECT id FROM beds')).toEqual([{ id: 1 }])
    })

    it('run one that failed again at the next start, as if it were the first time', async () => {
      await expect(start(rooms, brokenBeds)).rejects.toThrow('cut off in the middle')
      const database = await start(rooms, beds)
      expect(await queryRows(database, 'SELECT id FROM beds')).toEqual([{ id: 1 }])
    })

    it('let nobody wait for one that failed', async () => {
      const settled = await Promise.allSettled([1, 2, 3, 4].map(() => start(rooms, brokenBeds)))
      expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected'])
    })

    it('heal at the next start when their connection is killed between two steps, after each of them', async () => {
      for (const after of [1, 2]) {
        const name = `Floors${after}1760000000093`
        const steps = [
          `CREATE TABLE floors${after} (id integer)`,
          `ALTER TABLE floors${after} ADD COLUMN name varchar(9)`,
        ]
        const first = await start(rooms)
        const die: Step = async (query) => {
          const { ownConnection, kill } = wordsOf(first)
          const [own] = await query<{ connection: number }>(ownConnection)
          await query(kill(own?.connection ?? 0))
          await query('SELECT 1')
        }
        await expect(start(rooms, onAll(name, [...steps.slice(0, after), die]))).rejects.toSatisfy(isDatabaseAway)
        const database = await start(rooms, onAll(name, steps))
        expect(await queryRows(database, `SELECT id, name FROM floors${after}`)).toEqual([])
        await queryRows(database, 'DELETE FROM migrations WHERE name = $1', [name])
      }
    })

    it('may take longer than any other statement', async () => {
      const limits: unknown[] = []
      const look: Step = async (query) =>
        void limits.push(...(await query(wordsOf(opened[0] ?? expect.fail()).timeLimit)))
      await start(rooms)
      const database = await start(rooms, onAll('Look1760000000094', [look]))
      const after = await Promise.all([1, 2].map(() => queryRows(database, wordsOf(database).timeLimit)))
      expect([...limits, ...after.flat()]).toEqual([{ seconds: 0 }, { seconds: 15 }, { seconds: 15 }])
    })

    it('of a newer release are left alone: the start is refused with a sentence that says what to do', async () => {
      await start(rooms, beds)
      await expect(start(rooms)).rejects.toThrow(
        'This database was migrated by a newer release (Beds1760000000092). Start that release, or restore a backup.',
      )
    })
  })

  describe('a connection', () => {
    it('reads days as texts and counts as numbers', async () => {
      const database = await start()
      await queryRows(database, 'CREATE TABLE takings (taken_on date, minor bigint)')
      await queryRows(database, `INSERT INTO takings VALUES ('1984-02-29', 9007199254740991)`)
      const rows = await queryRows(
        database,
        'SELECT taken_on, minor, (SELECT count(*) FROM takings) AS count FROM takings',
      )
      expect(rows).toEqual([{ taken_on: '1984-02-29', minor: Number.MAX_SAFE_INTEGER, count: 1 }])
    })
  })

  describe('an engine', () => {
    it('on which the tables cannot be kept is refused by the name of the setting, without its password', async () => {
      const { protocol } = new URL(server.url)
      const other = protocol === 'mysql:' ? { postgres: [] } : { mysql: [] }
      await expect(start({ name: 'Other1760000000095', ...other })).rejects.toThrow(
        /^These tables cannot be kept where DATABASE_URL says\. Give \w+:\/\/user:password@host:port\/database\.$/,
      )
    })
  })
}
