import { chmod, chown, cp, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { firstFolderClosedTo } from './account.js'
import { linkLibraries, npmBinaries } from './binaries.js'
import { endEverything, newDataDirectory, query, running, startElsewhere } from './other-process.js'
import { startEmbeddedPostgres } from './start-embedded-postgres.js'

const isRoot = process.getuid?.() === 0
/** Any account without rights; that of `nobody` on most systems. */
const ordinary = { uid: 65_534, gid: 65_534 }
const checkoutIsClosed = (await firstFolderClosedTo(ordinary, dirname(fileURLToPath(import.meta.url)))) !== undefined

const closedFolders: string[] = []

/** A folder that only root may enter. */
async function closedFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'closed-'))
  closedFolders.push(folder)
  return folder
}

afterEach(async () => {
  await endEverything()
  for (const folder of closedFolders.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 10 })
})

describe.skipIf(!isRoot)('started by root', () => {
  it('PostgreSQL runs as an account without rights', async () => {
    const server = await startEmbeddedPostgres({ dataDirectory: await newDataDirectory(), durable: false })
    expect((await stat(`/proc/${server.pid}`)).uid).not.toBe(0)
    await server.stop()
  })

  it('it runs with its programs and its data below folders that only root may enter', async () => {
    const binaries = join(await closedFolder(), 'package/native')
    await cp(npmBinaries(), binaries, { recursive: true, verbatimSymlinks: true })
    const dataDirectory = await newDataDirectory(await closedFolder())
    const server = await startEmbeddedPostgres({ dataDirectory, binaries })
    await query(server.url(), `create table visit (reason text); insert into visit values ('cough')`)
    await server.stop()
    const again = await startEmbeddedPostgres({ dataDirectory, binaries })
    expect(await query(again.url(), 'select reason from visit')).toEqual([{ reason: 'cough' }])
    await again.stop()
  })

  it('the closed folder is named where no tool opens it', async () => {
    const folder = await closedFolder()
    const outcome = await startElsewhere({ dataDirectory: join(folder, 'deep/data') }, { PATH: '/nowhere' }).outcome
    expect(outcome).toMatchObject({ message: expect.stringContaining(`may not enter ${folder}.`) })
  })

  it.skipIf(checkoutIsClosed)('the cluster of an ordinary user is run as that user', async () => {
    const daemon = { uid: 1, gid: 1 }
    const dataDirectory = await newDataDirectory()
    await chown(dirname(dataDirectory), daemon.uid, daemon.gid)
    await linkLibraries(npmBinaries())
    const first = startElsewhere({ dataDirectory, durable: false }, daemon)
    await running(first)
    await first.kill()
    const server = await startEmbeddedPostgres({ dataDirectory, durable: false })
    expect((await stat(`/proc/${server.pid}`)).uid).toBe(daemon.uid)
    await server.stop()
  })
})

describe.skipIf(isRoot && checkoutIsClosed)('started by an ordinary user', () => {
  const account = isRoot ? ordinary : {}

  async function ownDataDirectory(): Promise<string> {
    const dataDirectory = await newDataDirectory()
    if (isRoot) await chown(dirname(dataDirectory), ordinary.uid, ordinary.gid)
    return dataDirectory
  }

  it('it runs as that user', async () => {
    await linkLibraries(npmBinaries())
    const dataDirectory = await ownDataDirectory()
    const { url, pid } = await running(startElsewhere({ dataDirectory, durable: false }, account))
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect((await stat(`/proc/${pid}`)).uid).toBe((await stat(dataDirectory)).uid)
  })

  it('a folder of another account is refused by name', async () => {
    const dataDirectory = await ownDataDirectory()
    await mkdir(dataDirectory)
    await chmod(dataDirectory, 0o000)
    const outcome = await startElsewhere({ dataDirectory }, account).outcome
    expect(outcome).toMatchObject({ message: expect.stringContaining(`${dataDirectory} belongs to another account`) })
  })
})
