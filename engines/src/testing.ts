import { describe, expect, it } from 'vitest'
import type { Engine } from './engine.js'
import { type EngineName, engines } from './engines.js'
import { isListening, runningEngine } from './run-engine.js'

export { type Way, wayTo } from './way.js'

/**
 * A suite that needs an engine: at the URL of its variable, or where `npm run engines -- up` has it. Where nothing
 * listens it is skipped by its name; with ENGINES=required it fails with a sentence that says what to do.
 */
export async function describeOn(name: EngineName, title: string, suite: (url: string) => void): Promise<void> {
  const { variable, url: ownUrl } = engines[name]
  const url = process.env[variable] ?? ownUrl
  const { hostname, port } = new URL(url.replace(/,.*/, ''))
  const isThere = await isListening(Number(port), hostname)
  if (isThere || process.env['ENGINES'] !== 'required') {
    describe.skipIf(!isThere)(title, () => suite(url))
    return
  }
  describe(title, () => {
    it(`has ${name}`, () => {
      expect.fail(`Nothing listens at ${hostname}:${port}. Run npm run engines -- up, or set ${variable}.`)
    })
  })
}

/** The engine, if it is one that a test may kill: started from here, and not given by its variable. */
export async function ownEngine(name: EngineName): Promise<Engine | undefined> {
  const engine = engines[name]
  const isOwn = process.env[engine.variable] === undefined && (await runningEngine(engine)) !== undefined
  return isOwn ? engine : undefined
}
