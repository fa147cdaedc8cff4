import { once } from 'node:events'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import {
  busySession,
  childrenOf,
  endEverything,
  newDataDirectory,
  query,
  running,
  startElsewhere,
  until,
} from './other-process.js'
import { DataDirectoryInUse } from './ownership.js'
import { isAlive } from './postmaster.js'
import { startEmbeddedPostgres } from './start-embedded-postgres.js'

afterEach(endEverything)

describe('a start', () => {
  it('makes the cluster on first use and keeps what was written', async () => {
    const dataDirectory = await newDataDirectory()
    const first = await startEmbeddedPostgres({ dataDirectory })
    await query(first.url(), `create table visit (reason text); insert into visit values ('cough')`)
    await first.stop()
    const second = await startEmbeddedPostgres({ dataDirectory })
    expect(await query(second.url(), 'select reason from visit')).toEqual([{ reason: 'cough' }])
    await second.stop()
  })

  it('knows letters and their case beyond ASCII', async () => {
    const server = await startEmbeddedPostgres({ dataDirectory: await newDataDirectory(), durable: false })
    await query(server.url(), 'create extension pg_trgm')
    const [row] = await query(server.url(), `select lower('ÉŁ') as lower, show_trgm('ü') <> '{}' as letter`)
    expect(row).toEqual({ lower: 'éł', letter: true })
    await server.stop()
  })

  it('listens on one loopback address alone', async () => {
    const server = await startEmbeddedPostgres({ dataDirectory: await newDataDirectory(), durable: false })
    await expect(query(server.url().replace('127.0.0.1', '127.0.0.2'), 'select 1')).rejects.toThrow()
    await expect(query(server.url().replace('127.0.0.1', '[::1]'), 'select 1')).rejects.toThrow()
    await server.stop()
  })

  it('lets nobody in without the password, which only the account of the cluster can read', async () => {
    const server = await startEmbeddedPostgres({ dataDirectory: await newDataDirectory(), durable: false })
    const guess = new URL(server.url())
    guess.password = 'postgres'
    await expect(query(guess.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
    expect((await stat(server.dataDirectory)).mode & 0o077).toBe(0)
    expect((await stat(join(server.dataDirectory, 'superuser-password'))).mode & 0o077).toBe(0)
    await server.stop()
  })

  it('takes another port when the wanted one is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const taken = typeof address === 'object' && address ? address.port : 0
    const server = await startEmbeddedPostgres({ dataDirectory: await newDataDirectory(), durable: false, port: taken })
    expect(server.port).not.toBe(taken)
    expect(await query(server.url(), 'select 1 as one')).toEqual([{ one: 1 }])
    await server.stop()
    other.close()
  })

  it('refuses a folder that holds other files, and leaves them alone', async () => {
    const dataDirectory = await newDataDirectory()
    await mkdir(dataDirectory)
    await writeFile(join(dataDirectory, 'letter.txt'), 'Dear …')
    await expect(startEmbeddedPostgres({ dataDirectory })).rejects.toThrow(`${dataDirectory} holds other files`)
    expect(await readdir(dataDirectory)).toEqual(['letter.txt'])
  })

  it('says what PostgreSQL says when a setting is wrong, and leaves no process', async () => {
    const dataDirectory = await newDataDirectory()
    const start = startEmbeddedPostgres({ dataDirectory, durable: false, settings: { shared_buffers: 'much' } })
    await expect(start).rejects.toThrow('shared_buffers')
    const server = await startEmbeddedPostgres({ dataDirectory, durable: false })
    await server.stop()
  })

  it('that is killed while it makes the cluster leaves nothing that disturbs the next', async () => {
    const dataDirectory = await newDataDirectory()
    const killed = startElsewhere({ dataDirectory })
    await until(async () => (await readdir(dirname(dataDirectory))).length > 0)
    await killed.kill()
    expect(await readdir(dirname(dataDirectory))).not.toContain('data')
    const server = await startEmbeddedPostgres({ dataDirectory })
    expect(await readdir(dirname(dataDirectory))).toEqual(['data'])
    await server.stop()
  })
})

describe('a second start on the same folder', () => {
  it('is refused with the folder, the owner and the port, and does the first no harm', async () => {
    const dataDirectory = await newDataDirectory()
    const owner = startElsewhere({ dataDirectory, durable: false })
    const { url, port } = await running(owner)
    const refusal = await startEmbeddedPostgres({ dataDirectory }).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(DataDirectoryInUse)
    expect(refusal).toMatchObject({ dataDirectory, port, ownerPid: owner.process.pid })
    expect(String(refusal)).toContain(dataDirectory)
    expect(String(refusal)).toContain(`process ${owner.process.pid}`)
    expect(String(refusal)).toContain(`port ${port}`)
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('is refused in the same process too', async () => {
    const dataDirectory = await newDataDirectory()
    const server = await startEmbeddedPostgres({ dataDirectory, durable: false })
    await expect(startEmbeddedPostgres({ dataDirectory })).rejects.toBeInstanceOf(DataDirectoryInUse)
    await server.stop()
  })

  it('leaves nothing open that would keep the refused process alive', async () => {
    const dataDirectory = await newDataDirectory()
    const server = await startEmbeddedPostgres({ dataDirectory, durable: false })
    const { outcome, process: refused } = startElsewhere({ dataDirectory })
    await Promise.all([outcome, once(refused, 'exit')])
    await server.stop()
  })

  it('at the same moment loses, on a folder that is not there yet', async () => {
    const dataDirectory = await newDataDirectory()
    const starts = [1, 2, 3].map(() => startElsewhere({ dataDirectory, durable: false }))
    const outcomes = await Promise.all(starts.map((start) => start.outcome))
    expect(outcomes.map((outcome) => ('refusal' in outcome ? outcome.refusal : 'started')).sort()).toEqual([
      'DataDirectoryInUse',
      'DataDirectoryInUse',
      'started',
    ])
    const winner = outcomes.find((outcome) => 'url' in outcome)
    expect(await query(winner?.url ?? '', 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('is refused also after a session of the server crashed, which ends all others', async () => {
    const dataDirectory = await newDataDirectory()
    const server = await startEmbeddedPostgres({ dataDirectory, durable: false })
    const owners = `select pid from pg_locks where locktype = 'advisory' and granted`
    const [before] = await query<{ pid: number }>(server.url(), owners)
    process.kill((await busySession(server.url())).pid, 'SIGKILL')
    await until(async () => {
      const [owner] = await query<{ pid: number }>(server.url(), owners).catch(() => [])
      return owner !== undefined && owner.pid !== before?.pid
    })
    await expect(startEmbeddedPostgres({ dataDirectory })).rejects.toBeInstanceOf(DataDirectoryInUse)
    await server.stop()
  })
})

describe('a stop', () => {
  it('leaves no process, however many sessions there were', async () => {
    const server = await startEmbeddedPostgres({ dataDirectory: await newDataDirectory(), durable: false })
    await Promise.all(Array.from({ length: 20 }, () => busySession(server.url())))
    const processes = [server.pid, ...(await childrenOf(server.url()))]
    await server.stop()
    expect(await Promise.all(processes.map(isAlive))).not.toContain(true)
    await server.ended
  })

  it('ends within its bound when a session cannot end, and the next start recovers', async () => {
    const dataDirectory = await newDataDirectory()
    const server = await startEmbeddedPostgres({ dataDirectory })
    await query(server.url(), `create table visit (reason text); insert into visit values ('cough')`)
    const stuck = await busySession(server.url())
    process.kill(stuck.pid, 'SIGSTOP')
    await server.stop(100)
    expect(await Promise.all([server.pid, stuck.pid].map(isAlive))).not.toContain(true)
    const next = await startEmbeddedPostgres({ dataDirectory })
    expect(await query(next.url(), 'select reason from visit')).toEqual([{ reason: 'cough' }])
    await next.stop()
  })

  it('does not wait in vain while the server recovers from a crash', { timeout: 20_000 }, async () => {
    const server = await startEmbeddedPostgres({ dataDirectory: await newDataDirectory(), durable: false })
    const crashing = await busySession(server.url())
    process.kill(crashing.pid, 'SIGKILL')
    await until(async () =>
      (await readFile(join(server.dataDirectory, 'server.log'), 'utf8')).includes('reinitializing'),
    )
    await server.stop()
  })

  it('is told by `ended` when the server was killed', async () => {
    const server = await startEmbeddedPostgres({ dataDirectory: await newDataDirectory(), durable: false })
    process.kill(server.pid, 'SIGKILL')
    await server.ended
    await server.stop()
  })

  it('is not what Ctrl-C in the terminal does: the owner decides when', async () => {
    const owner = startElsewhere({ dataDirectory: await newDataDirectory(), durable: false })
    const { url, pid } = await running(owner)
    const group = owner.process.pid ?? Number.NaN
    process.kill(-group, 'SIGINT')
    // Had it reached PostgreSQL, no new session would be let in.
    for (let attempt = 0; attempt < 20; attempt++) await query(url, 'select 1')
    expect(await isAlive(pid)).toBe(true)
  })
})

describe('the log', () => {
  it('holds nothing that a client sent, whatever goes wrong', async () => {
    const dataDirectory = await newDataDirectory()
    const server = await startEmbeddedPostgres({ dataDirectory, durable: false })
    const secret = 'Antonia-Musterfrau'
    await query(server.url(), `create table patient (name text primary key, birth_date date, check (name <> 'x'))`)
    await query(server.url(), `insert into patient values ('${secret}')`)
    const wrong = [
      `insert into patient values ('${secret}')`,
      `insert into patient values ('y', '${secret}')`,
      `insert into "${secret}" values (1)`,
      `selec '${secret}'`,
      `do $$ begin raise exception '${secret}'; end $$`,
      `do $$ begin raise warning '${secret}'; end $$; select 1 / 0`,
    ]
    for (const statement of wrong) await expect(query(server.url(), statement)).rejects.toThrow()
    const crashing = await busySession(server.url(), `select pg_sleep(600), '${secret}'`)
    process.kill(crashing.pid, 'SIGKILL')
    await crashing.ended
    await server.stop()
    const log = await readFile(join(dataDirectory, 'server.log'), 'utf8')
    expect(log).toContain('was terminated by signal 9')
    expect(log).not.toContain(secret)
    expect(log).not.toContain('patient')
  })
})
