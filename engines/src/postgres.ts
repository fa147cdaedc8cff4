import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Engine, host, portOf } from './engine.js'

const port = portOf(35432)
/** Debian keeps PostgreSQL's own programs out of the search path. */
const programs = '/usr/lib/postgresql/15/bin'

/** Debian's, older than the embedded one: what holds on both holds on those between. */
export const postgres: Engine = {
  name: 'postgres',
  port,
  url: `postgres://caregraph:caregraph@${host}:${port}/postgres`,
  variable: 'POSTGRES_URL',
  program: join(programs, 'postgres'),
  packages: ['postgresql-15'],
  account: 'postgres',
  readyLine: 'database system is ready to accept connections',

  async prepare(folder, run) {
    const password = join(folder, 'password')
    await writeFile(password, 'caregraph')
    const options = ['-U', 'caregraph', `--pwfile=${password}`, '-A', 'scram-sha-256', '-E', 'UTF8']
    await run([join(programs, 'initdb'), '-D', join(folder, 'data'), ...options, '--locale=C.UTF-8', '--no-sync'])
  },

  command: (folder) => [
    ...[join(programs, 'postgres'), '-D', join(folder, 'data'), '-p', String(port)],
    ...['-c', `listen_addresses=${host}`, '-c', 'unix_socket_directories='],
  ],
}
