import { execFile } from 'node:child_process'
import { chmod, cp, mkdtemp, readdir, rm, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { linkLibraries, npmBinaries } from './binaries.js'

const run = promisify(execFile)
let folder: string
let binaries: string
let libraries: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'binaries-'))
  binaries = join(folder, 'native')
  libraries = join(binaries, 'lib')
  await cp(npmBinaries(), binaries, { recursive: true, verbatimSymlinks: true })
})

beforeEach(async () => {
  await chmod(libraries, 0o755)
  const entries = await readdir(libraries, { withFileTypes: true })
  await Promise.all(entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => unlink(join(libraries, name))))
})

afterAll(async () => {
  await chmod(libraries, 0o755)
  await rm(folder, { recursive: true })
})

/** The built function in a process of an account that may write nothing here. */
async function linkWithoutRights(): Promise<void> {
  await chmod(folder, 0o755)
  await chmod(libraries, 0o555)
  const built = JSON.stringify(new URL('../dist/binaries.js', import.meta.url).href)
  const script = `const { linkLibraries } = await import(${built}); await linkLibraries(process.argv[1])`
  const ids = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  await run(process.execPath, ['--input-type=module', '-e', script, binaries], { cwd: '/', ...ids })
}

it('PostgreSQL runs where the install script of the package did not, however many starts link at once', async () => {
  await expect(run(join(binaries, 'bin/initdb'), ['--version'])).rejects.toThrow('shared libraries')
  await Promise.all([1, 2, 3, 4].map(() => linkLibraries(binaries)))
  expect((await run(join(binaries, 'bin/initdb'), ['--version'])).stdout).toContain('PostgreSQL')
  expect((await run(join(binaries, 'bin/postgres'), ['--version'])).stdout).toContain('PostgreSQL')
})

it('folders that cannot be written are no hindrance once the links are there', async () => {
  await linkLibraries(binaries)
  await linkWithoutRights()
})

it('a link that is missing and cannot be made is named', async () => {
  await expect(linkWithoutRights()).rejects.toThrow(/PostgreSQL needs the link .*native\/lib\/lib/)
})
