import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type Instruction, readDockerfile } from './dockerfile.js'
import { repository } from './rooms.js'
import { openTestClinic } from './testing.js'

/**
 * Runs the Dockerfile's own lines in an empty folder, in the place of a container engine, and opens a clinic from what
 * they made as a user who may write nothing there. What the base image brings is taken from this machine.
 */

const execute = promisify(execFile)
const nobody = 65_534

const folder = await mkdtemp(join(tmpdir(), 'caregraph-image-'))
// The user who runs it is not the one who makes it.
await chmod(folder, 0o755)
try {
  const image = await runSteps(readDockerfile(await readFile(join(repository, 'Dockerfile'), 'utf8')))
  const { stdout } = await execute('du', ['-sh', image])
  console.log(`The image's folder has ${stdout.split('\t')[0]}, without node itself.`)

  const account = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : undefined
  if (account === undefined) console.log('Not root: the processes are run by the user who made their folder.')
  const clinic = await openTestClinic({ code: image, account, settings: { NODE_ENV: 'production' } })
  console.log(`${clinic.copies.length} processes are ready${account ? ` as user ${nobody}` : ''}.`)
  const ends = await Promise.all(clinic.copies.map((copy) => clinic.stop(copy)))
  await clinic.close()
  if (ends.some((code) => code !== 0)) throw new Error(`Not all have ended with 0 on SIGTERM: ${ends}.`)
  console.log('All have ended on SIGTERM.')
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** Answers the folder in which the last stage works. */
async function runSteps(instructions: readonly Instruction[]): Promise<string> {
  let root = folder
  let work = folder
  for (const instruction of instructions) {
    if (instruction.name !== 'ENV') console.log(`${instruction.name} ${instruction.rest}`)
    switch (instruction.name) {
      case 'FROM':
        root = join(folder, instruction.stage)
        work = root
        break
      case 'WORKDIR':
        work = join(root, instruction.rest)
        await mkdir(work, { recursive: true })
        break
      case 'COPY':
        if (instruction.from === undefined) await copyCheckout(work)
        else await copyAll(instruction.sources, join(folder, instruction.from), join(work, instruction.target))
        break
      case 'RUN':
        await run(instruction.rest, work)
    }
  }
  return work
}

/** What git knows of, in the place of what .dockerignore leaves. */
async function copyCheckout(target: string): Promise<void> {
  const { stdout } = await execute('git', ['ls-files'], { cwd: repository, maxBuffer: 10_000_000 })
  for (const file of stdout.trim().split('\n')) await cp(join(repository, file), join(target, file))
}

/** As Docker copies: what lies in a folder, or a file into a folder. */
async function copyAll(sources: readonly string[], root: string, target: string): Promise<void> {
  for (const source of sources) {
    const isFile = sources.length > 1 || target.endsWith('/')
    const to = isFile ? join(target, source.slice(dirname(source).length)) : target
    await cp(join(root, source), to, { recursive: true, verbatimSymlinks: true })
  }
}

async function run(command: string, work: string): Promise<void> {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] }
  const [code] = await once(spawn('sh', ['-c', command], { cwd: work, env, stdio: 'inherit' }), 'exit')
  if (code !== 0) throw new Error(`${command} ended with ${code}`)
}
