import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Engine, host, portOf } from './engine.js'

const port = portOf(33306)

/** In MySQL's place, which Debian does not have. */
export const mariadb: Engine = {
  name: 'mariadb',
  port,
  url: `mysql://caregraph:caregraph@${host}:${port}/caregraph`,
  variable: 'MYSQL_URL',
  program: 'mariadbd',
  packages: ['mariadb-server'],
  account: 'mysql',
  readyLine: 'ready for connections',

  async prepare(folder, run) {
    await writeFile(join(folder, 'accounts.sql'), accounts)
    const options = [`--datadir=${join(folder, 'data')}`, '--auth-root-authentication-method=normal', '--skip-test-db']
    await run(['mariadb-install-db', '--no-defaults', ...options])
  },

  command: (folder) => [
    'mariadbd',
    '--no-defaults',
    `--datadir=${join(folder, 'data')}`,
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'mariadbd.pid')}`,
    `--init-file=${join(folder, 'accounts.sql')}`,
    `--bind-address=${host}`,
    `--port=${port}`,
    '--skip-name-resolve',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
  ],
}

/** Read at every start, each statement on a line of its own. */
const accounts = `CREATE DATABASE IF NOT EXISTS caregraph;
CREATE USER IF NOT EXISTS caregraph@'${host}' IDENTIFIED BY 'caregraph';
GRANT ALL ON *.* TO caregraph@'${host}' WITH GRANT OPTION;
`
