import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { chooseAccount } from './account.js'
import { npmBinaries } from './binaries.js'
import {
  busySession,
  endEverything,
  newDataDirectory,
  type OtherProcess,
  query,
  running,
  startElsewhere,
  until,
} from './other-process.js'
import { isAlive } from './postmaster.js'
import { startEmbeddedPostgres } from './start-embedded-postgres.js'

afterEach(endEverything)

/** A clinic with one visit, running in another process. */
async function clinicElsewhere(): Promise<{ owner: OtherProcess; dataDirectory: string; url: string; pid: number }> {
  const dataDirectory = await newDataDirectory()
  const owner = startElsewhere({ dataDirectory })
  const { url, pid } = await running(owner)
  await query(url, `create table visit (reason text); insert into visit values ('cough')`)
  return { owner, dataDirectory, url, pid }
}

async function expectVisit(url: string): Promise<void> {
  expect(await query(url, 'select reason from visit')).toEqual([{ reason: 'cough' }])
}

it('the server of a killed owner is replaced at once, and nothing that was committed is lost', async () => {
  const { owner, dataDirectory, pid } = await clinicElsewhere()
  await owner.kill()
  expect(await isAlive(pid)).toBe(true)
  const server = await startEmbeddedPostgres({ dataDirectory })
  expect(await isAlive(pid)).toBe(false)
  await expectVisit(server.url())
  await server.stop()
})

it('of several starts that find the server of a killed owner one takes it over', async () => {
  const { owner, dataDirectory } = await clinicElsewhere()
  await owner.kill()
  const outcomes = await Promise.all([1, 2, 3].map(() => startElsewhere({ dataDirectory }).outcome))
  expect(outcomes.map((outcome) => ('refusal' in outcome ? outcome.refusal : 'started')).sort()).toEqual([
    'DataDirectoryInUse',
    'DataDirectoryInUse',
    'started',
  ])
  await expectVisit(outcomes.find((outcome) => 'url' in outcome)?.url ?? '')
})

it('an endless query of a client that is gone does not outlive a killed server for long', async () => {
  const { owner, dataDirectory, url, pid } = await clinicElsewhere()
  const { client } = await busySession(url, 'select count(*) from generate_series(1, 1e12)')
  process.kill(pid, 'SIGKILL')
  await Promise.all([owner.kill(), client.end()])
  const server = await startEmbeddedPostgres({ dataDirectory })
  await expectVisit(server.url())
  await server.stop()
})

it('a start waits for the sessions of a server that was killed itself', async () => {
  const { owner, dataDirectory, url, pid } = await clinicElsewhere()
  const lingering = await busySession(url)
  process.kill(lingering.pid, 'SIGSTOP')
  process.kill(pid, 'SIGKILL')
  await owner.kill()

  const start = startEmbeddedPostgres({ dataDirectory })
  await until(async () => (await readFile(join(dataDirectory, 'server.log'), 'utf8')).includes('is still in use'))
  process.kill(lingering.pid, 'SIGCONT')
  const server = await start
  expect(await isAlive(lingering.pid)).toBe(false)
  await expectVisit(server.url())
  await server.stop()
})

it('a stale process id that is another program by now is left in peace', async () => {
  const { owner, dataDirectory, pid } = await clinicElsewhere()
  process.kill(pid, 'SIGKILL')
  await owner.kill()
  // Of the same account, as PostgreSQL knows by itself that another account's process is none of its own.
  const { ids } = await chooseAccount(dataDirectory, npmBinaries())
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore', ...ids })
  await once(stranger, 'spawn')
  const lockFile = join(dataDirectory, 'postmaster.pid')
  await writeFile(lockFile, (await readFile(lockFile, 'utf8')).replace(/^\d+/, String(stranger.pid)))

  const server = await startEmbeddedPostgres({ dataDirectory })
  await expectVisit(server.url())
  await server.stop()
  expect(stranger.signalCode).toBeNull()
  stranger.kill()
})
