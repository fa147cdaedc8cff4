import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  type EngineName,
  engines,
  isListening,
  logOf,
  type Running,
  runningEngine,
  runningProgram,
} from '@caregraph/engines'
import { addressOf, enginesOf, ensureDatabases, startEngines } from './engine-urls.js'
import { doorOf, urlOf } from './environment.js'
import { type Command, readCommand, usage, WrongUsage } from './options.js'
import { type CopiesOf, type Copy, forgetPlan, keepPlan, makePlan, type Plan, readPlan } from './plan.js'
import { readRooms, repository } from './rooms.js'
import { folderOf, killCopy, readiness, startCopies, stopCopies, untilReady } from './run-cluster.js'
import { table } from './table.js'

const home = join(repository, '.cluster')
const linesOfLog = '100'
const rooms = await readRooms()

try {
  const roomNames = rooms.map(({ name }) => name)
  await run(readCommand(process.argv.slice(2), roomNames))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  if (error instanceof WrongUsage) console.error(`\n${usage}`)
  process.exitCode = error instanceof WrongUsage ? 2 : 1
}

async function run(command: Command): Promise<void> {
  switch (command.act) {
    case 'help':
      return console.log(usage)
    case 'up':
      return up(command.copiesOf)
    case 'down':
      return down(command.names)
    case 'status':
      return printStatus(await readPlan(home))
    case 'logs':
      return printLog(await copyOf(command.name), command.follow)
    case 'kill':
      for (const name of command.names) await killCopy(home, await copyOf(name))
      return printStatus(await readPlan(home))
  }
}

async function up(copiesOf: CopiesOf | undefined): Promise<void> {
  const plan = await planOf(copiesOf)
  await buildPrograms()
  await startEngines(enginesOf(rooms))
  try {
    await startCopies({ home, plan, rooms, engines: await ensureDatabases(plan.clinic, rooms), terminal: process.env })
    await untilReady(plan)
  } finally {
    await printStatus(plan)
  }
  console.log(`\nThe clinic is open at ${doorOf(plan)}/graphql.`)
}

/** Takes a moment where nothing has changed. What was wrong is told on standard output. */
async function buildPrograms(): Promise<void> {
  await promisify(execFile)('npm', ['run', 'build'], { cwd: repository }).catch(({ stdout }: { stdout: string }) => {
    throw new Error(stdout)
  })
}

/** What runs knows where the others are, so another number of copies begins with an end. */
async function planOf(copiesOf: CopiesOf | undefined): Promise<Plan> {
  const kept = await readPlan(home)
  const isRunning = kept && (await runningOf(kept)).length > 0
  const wanted = (room: string) => copiesOf?.[room] ?? 1
  const isAsWanted = kept && rooms.every(({ name }) => countOf(kept, name) === wanted(name))
  if (kept && (copiesOf === undefined || isAsWanted)) return kept
  if (isRunning) {
    throw new Error(
      'The clinic runs with other copies, and they do not know of new ones: npm run cluster -- down first.',
    )
  }
  const plan = await makePlan(rooms, { copiesOf: copiesOf ?? {} })
  await keepPlan(home, plan)
  return plan
}

function countOf({ copies }: Plan, name: string): number {
  return copies.filter(({ room }) => room === name).length
}

async function runningOf({ copies }: Plan): Promise<Copy[]> {
  const running = await Promise.all(copies.map((copy) => runningProgram(folderOf(home, copy))))
  return copies.filter((_, index) => running[index] !== undefined)
}

async function down(names: readonly string[]): Promise<void> {
  const plan = await readPlan(home)
  if (plan === undefined) return console.log('No clinic is open.')
  const chosen = names.length > 0 ? await Promise.all(names.map(copyOf)) : plan.copies
  const deaf = await stopCopies(home, chosen)
  if (deaf.length > 0) {
    console.error(`Killed, as they had not ended after 10 s: ${deaf.join(', ')}.`)
    process.exitCode = 1
  }
  if (names.length > 0) return printStatus(plan)
  await forgetPlan(home)
  console.log('The clinic is closed. The engines go on: npm run engines -- down stops them.')
}

async function copyOf(name: string): Promise<Copy> {
  const plan = await readPlan(home)
  if (plan === undefined) throw new Error('No clinic is open: npm run cluster -- up opens one.')
  const copy = plan.copies.find((each) => each.name === name)
  if (copy === undefined) throw new Error(`There is no ${name}: ${plan.copies.map((each) => each.name).join(', ')}.`)
  return copy
}

async function printLog(copy: Copy, follow: boolean): Promise<void> {
  const options = ['-n', linesOfLog, ...(follow ? ['-F'] : []), logOf(folderOf(home, copy))]
  await once(spawn('tail', options, { stdio: 'inherit' }), 'exit')
}

async function printStatus(plan: Plan | undefined): Promise<void> {
  const processes = plan === undefined ? [] : await Promise.all(plan.copies.map((copy) => rowOf(plan, copy)))
  const servers = await Promise.all(enginesOf(rooms).map(rowOfEngine))
  console.log(table([['name', 'where', 'figures', 'since', 'pid', 'state'], ...processes, ...servers]))
}

async function rowOf(plan: Plan, copy: Copy): Promise<string[]> {
  const running = await runningProgram(folderOf(home, copy))
  return [
    copy.name,
    urlOf(copy),
    `:${copy.metricsPort}/metrics`,
    ...sinceOf(running),
    running ? await readiness(plan, copy) : 'down',
  ]
}

/** One that a variable gives has no process of ours. */
async function rowOfEngine(name: EngineName): Promise<string[]> {
  const { protocol, hostname, port } = addressOf(name)
  const running = await runningEngine(engines[name])
  const isThere = await isListening(Number(port), hostname)
  return [name, `${protocol}//${hostname}:${port}`, '', ...sinceOf(running), isThere ? 'ready' : 'down']
}

function sinceOf(running: Running | undefined): [string, string] {
  return running ? [running.since.toISOString(), String(running.pid)] : ['', '']
}
