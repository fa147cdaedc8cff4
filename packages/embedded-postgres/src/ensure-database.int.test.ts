import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensureDatabase } from './ensure-database.js'
import { endEverything, newDataDirectory, query } from './other-process.js'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './start-embedded-postgres.js'

let server: EmbeddedPostgres

beforeAll(async () => {
  server = await startEmbeddedPostgres({ dataDirectory: await newDataDirectory(), durable: false })
})

afterAll(async () => {
  await server.stop()
  await endEverything()
})

/** The address of `url`'s role for another database. */
function elsewhere(url: string, database: string): string {
  const address = new URL(url)
  address.pathname = database
  return address.href
}

it('makes a database once, however often and by how many at once it is asked for', async () => {
  const urls = await Promise.all([1, 2, 3, 4].map(() => ensureDatabase(server, 'billing')))
  const [url = ''] = urls
  await query(url, `create table invoice (number int); insert into invoice values (1)`)
  expect(new Set([...urls, await ensureDatabase(server, 'billing')])).toEqual(new Set([url]))
  expect(await query(url, 'select number from invoice')).toEqual([{ number: 1 }])
})

it('several different databases can be made at once', async () => {
  const urls = await Promise.all(['first', 'second', 'third'].map((name) => ensureDatabase(server, name)))
  const names = await Promise.all(urls.map((url) => query(url, 'select current_database() as name')))
  expect(names).toEqual([[{ name: 'first' }], [{ name: 'second' }], [{ name: 'third' }]])
})

it('its role can do there what migrations need, exclusion constraints included', async () => {
  const url = await ensureDatabase(server, 'appointment')
  await query(
    url,
    `create schema visits; create extension btree_gist;
     create table visits.visit (doctor text, during tstzrange, exclude using gist (doctor with =, during with &&))`,
  )
})

it('its role enters no other database and has no power over the server', async () => {
  const auth = await ensureDatabase(server, 'auth')
  await ensureDatabase(server, 'patient')
  for (const foreign of ['patient', 'postgres', 'template1']) {
    await expect(query(elsewhere(auth, foreign), 'select 1')).rejects.toMatchObject({ code: '42501' })
  }
  await expect(query(auth, `select pg_read_file('postmaster.pid')`)).rejects.toMatchObject({ code: '42501' })
  await expect(query(auth, 'create role intruder')).rejects.toMatchObject({ code: '42501' })
})

it('refuses the names of the server itself and what is no plain name', async () => {
  for (const name of ['postgres', 'template1', 'pg_clinic', 'Clinic', 'a"b', '', 'a'.repeat(64)]) {
    await expect(ensureDatabase(server, name)).rejects.toThrow('cannot be the name of a database')
  }
})
