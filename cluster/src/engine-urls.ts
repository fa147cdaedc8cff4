import { createHmac } from 'node:crypto'
import { ensureDatabase } from '@caregraph/embedded-postgres'
import { type EngineName, engines, startEngine } from '@caregraph/engines'
import mongoose from 'mongoose'
import mysql from 'mysql2/promise'
import pg from 'pg'
import type { DatabaseEngine, Room } from './rooms.js'

/** Where a clinic finds its engines. */
export interface EngineUrls {
  /** By the name of the room, whose own login it is. */
  readonly databases: ReadonlyMap<string, string>
  readonly broker: string
  readonly cache: string
}

/** The engine's own URL, or that of its variable. */
export const urlOfEngine = (name: EngineName): string => process.env[engines[name].variable] ?? engines[name].url

/** Where it is, of several brokers the first. */
export const addressOf = (name: EngineName): URL => new URL(urlOfEngine(name).replace(/,.*/, ''))

/** What these rooms need: their databases, the bus and the cache. */
export function enginesOf(rooms: readonly Room[]): EngineName[] {
  const named = new Set<EngineName>(['kafka', 'redis'])
  for (const { engine } of rooms) if (engine !== undefined) named.add(engine)
  return [...named]
}

/** Starts those that do not run yet; one that a variable gives is somebody else's to start. */
export async function startEngines(names: readonly EngineName[]): Promise<void> {
  for (const name of names) if (process.env[engines[name].variable] === undefined) await startEngine(engines[name])
}

/** Makes a database and a login of its own for each room that keeps rows; what is there stays. */
export async function ensureDatabases(clinic: string, rooms: readonly Room[]): Promise<EngineUrls> {
  const databases = new Map<string, string>()
  for (const { name, engine } of rooms) {
    if (engine !== undefined) databases.set(name, await ensure[engine](databaseOf(clinic, name)))
  }
  const broker = clinic === '' ? urlOfEngine('kafka') : `${urlOfEngine('kafka')}/${clinic}`
  return { databases, broker, cache: urlOfEngine('redis') }
}

/** Deletes what the rooms of this clinic keep. */
export async function dropDatabases(clinic: string, rooms: readonly Room[]): Promise<void> {
  for (const { name, engine } of rooms) if (engine !== undefined) await drop[engine](databaseOf(clinic, name))
}

const databaseOf = (clinic: string, room: string) => (clinic === '' ? room : `${clinic}_${room}`)

/** The same server under another database's name. */
function atDatabase(url: string, database: string): URL {
  const address = new URL(url)
  address.pathname = `/${database}`
  return address
}

/** Derived, so that the address stays the same from start to start without being written down. */
const passwordOf = (url: string, name: string) =>
  createHmac('sha256', new URL(url).password).update(name).digest('base64url')

type OfEachEngine<Result> = Readonly<Record<DatabaseEngine, (database: string) => Promise<Result>>>

const ensure: OfEachEngine<string> = {
  postgres: (database) =>
    ensureDatabase({ url: (name = 'postgres') => atDatabase(urlOfEngine('postgres'), name).href }, database),

  async mariadb(database) {
    const password = passwordOf(urlOfEngine('mariadb'), database)
    await onMysql(async (connection) => {
      const login = [database, password]
      await connection.query('CREATE DATABASE IF NOT EXISTS ??', [database])
      await connection.query("CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED BY ?", login)
      await connection.query("GRANT ALL ON ??.* TO ?@'%'", [database, database])
    })
    const address = atDatabase(urlOfEngine('mariadb'), database)
    address.username = database
    address.password = password
    return address.href
  },

  /** It makes a database with its first row. */
  mongodb: async (database) => atDatabase(urlOfEngine('mongodb'), database).href,
}

const drop: OfEachEngine<void> = {
  async postgres(database) {
    const client = new pg.Client({ connectionString: urlOfEngine('postgres') })
    await client.connect()
    try {
      const name = pg.escapeIdentifier(database)
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await client.query(`DROP ROLE IF EXISTS ${name}`)
    } finally {
      await client.end()
    }
  },

  async mariadb(database) {
    await onMysql(async (connection) => {
      await connection.query('DROP DATABASE IF EXISTS ??', [database])
      await connection.query("DROP USER IF EXISTS ?@'%'", [database])
    })
  },

  async mongodb(database) {
    const connection = await mongoose.createConnection(atDatabase(urlOfEngine('mongodb'), database).href).asPromise()
    try {
      await connection.dropDatabase()
    } finally {
      await connection.close()
    }
  },
}

async function onMysql(work: (connection: mysql.Connection) => Promise<void>): Promise<void> {
  const connection = await mysql.createConnection(urlOfEngine('mariadb'))
  try {
    await work(connection)
  } finally {
    await connection.end()
  }
}
