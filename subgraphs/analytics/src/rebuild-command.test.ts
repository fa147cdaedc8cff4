import { describe, expect, it } from 'vitest'
import { rebuildCommand } from './rebuild-command.js'

async function run(args: string[], variables: Record<string, string> = {}) {
  const printed: string[] = []
  const print = (line: string) => void printed.push(line)
  const code = await rebuildCommand({ args, variables, print, signal: new AbortController().signal })
  return { code, printed: printed.join('\n') }
}

describe('npm run rebuild', () => {
  it('says with --help what it does, and with anything else too, and that it was called wrongly', async () => {
    expect(await run(['--help'])).toEqual({ code: 0, printed: expect.stringContaining('usage: npm run rebuild') })
    expect(await run(['all'])).toEqual({ code: 2, printed: expect.stringContaining('usage: npm run rebuild') })
  })

  it('says plainly that a clinic in one process has no topics to rebuild from', async () => {
    const { code, printed } = await run([], { DATABASE_URL: 'postgres://localhost/analytics' })
    expect([code, printed]).toEqual([1, expect.stringMatching(/BROKER_URL is not set.*nothing to rebuild from\.$/s)])
  })

  it('names what is wrong with its settings', async () => {
    const wrong = { BROKER_URL: 'amqp://broker', CLINIC_TIME_ZONE: 'Mars/Olympus' }
    expect(await run([], wrong)).toEqual({
      code: 1,
      printed: expect.stringMatching(/BROKER_URL.*\n.*CLINIC_TIME_ZONE|CLINIC_TIME_ZONE.*\n.*BROKER_URL/s),
    })
  })

  it('says that the database is away', async () => {
    const away = { BROKER_URL: 'kafka://127.0.0.1:1', DATABASE_URL: 'postgres://ada:secret@127.0.0.1:1/analytics' }
    const { code, printed } = await run([], away)
    expect([code, printed]).toEqual([1, expect.stringMatching(/^The database is away/)])
  })
})
