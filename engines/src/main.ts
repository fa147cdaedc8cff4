import type { Engine } from './engine.js'
import { engines } from './engines.js'
import { installEngine, killEngine, runningEngine, startEngine, stopEngine, wipeEngine } from './run-engine.js'

const usage = `usage: npm run engines -- install|up|down|kill|wipe [name …]     all of them where none is named; kill wants a name
       npm run engines -- status

install   brings what is missing (apt-get, Maven), and starts nothing
up        starts what does not run yet, and installs it first
down      stops, and keeps the data
kill      kill -9
wipe      kill -9, and deletes the data

The engines are ${Object.keys(engines).join(', ')}. All listen on the loopback alone.`

const acts = {
  install: installEngine,
  up: startEngine,
  down: stopEngine,
  kill: killEngine,
  wipe: wipeEngine,
  status: async () => undefined,
}
const isAct = (word: string): word is keyof typeof acts => Object.hasOwn(acts, word)

const [act = '', ...names] = process.argv.slice(2)
const all: Engine[] = Object.values(engines)
const chosen = names.length > 0 ? all.filter(({ name }) => names.includes(name)) : all
const isUnderstood = isAct(act) && names.every((name) => Object.hasOwn(engines, name))

if (!isUnderstood || (act === 'kill' && names.length === 0)) {
  console.error(usage)
  process.exitCode = 2
} else {
  for (const engine of chosen) {
    try {
      await acts[act](engine)
    } catch (error) {
      console.error(error instanceof Error ? error.message : error)
      process.exitCode = 1
    }
  }
  for (const engine of chosen) console.log(await lineOf(engine))
}

async function lineOf(engine: Engine): Promise<string> {
  const running = await runningEngine(engine)
  const state = running ? `up since ${running.since.toISOString()}  pid ${running.pid}` : 'down'
  return `${engine.name.padEnd(10)}${engine.url.padEnd(58)}${state}`
}
