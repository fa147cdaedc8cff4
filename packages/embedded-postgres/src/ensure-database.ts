import { createHmac } from 'node:crypto'
import { escapeIdentifier, escapeLiteral } from 'pg'
import { openSession } from './ownership.js'
import type { EmbeddedPostgres } from './start-embedded-postgres.js'

/** Only one at a time makes databases. */
const DATABASE_LOCK = 1_919_051_892

/**
 * Makes a database and a role of the same name that owns it and may enter no other; what is there stays. Returns the
 * role's address of the database. The name consists of lower case letters, digits and underscores.
 */
export async function ensureDatabase(server: Pick<EmbeddedPostgres, 'url'>, name: string): Promise<string> {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name) || /^(postgres|template[01]|pg_.*)$/.test(name)) {
    throw new Error(`${name} cannot be the name of a database`)
  }
  const address = new URL(server.url(name))
  // Derived, so that there is one secret to keep, and the address stays the same from start to start.
  const password = createHmac('sha256', address.password).update(name).digest('base64url')
  const quotedName = escapeIdentifier(name)
  const session = openSession({ connectionString: server.url() })
  await session.connect()
  try {
    await session.query('select pg_advisory_lock($1)', [DATABASE_LOCK])
    const { rows } = await session.query<{ role: boolean; database: boolean }>(
      `select exists (select from pg_roles where rolname = $1) as role,
              exists (select from pg_database where datname = $1) as database`,
      [name],
    )
    if (!rows[0]?.role) await session.query(`create role ${quotedName} login password ${escapeLiteral(password)}`)
    if (!rows[0]?.database) await session.query(`create database ${quotedName} owner ${quotedName}`)
    await session.query(`revoke all on database ${quotedName}, postgres, template1 from public`)
  } finally {
    await session.end()
  }
  address.username = name
  address.password = password
  return address.href
}
