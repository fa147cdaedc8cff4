import { testDatabase } from '@caregraph/database/testing'
import { Query, Resolver } from 'type-graphql'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineSubgraph } from './define-subgraph.js'
import { startSubgraphProcess } from './process.js'
import { readProcessSettings } from './process-settings.js'
import { Allow } from './rules.js'
import { WrongSettings } from './settings.js'

@Resolver()
class Hello {
  @Allow('public')
  @Query(() => String)
  hello() {
    return 'hello'
  }
}

const hello = () =>
  defineSubgraph({ name: 'patient', resolvers: [Hello], references: {}, tables: { entities: [], migrations: [] } })

let database: Awaited<ReturnType<typeof testDatabase>>
beforeEach(async () => {
  database = await testDatabase()
})
afterEach(() => database.drop())

const logged: string[] = []
const log = {
  info: (message: string) => void logged.push(message),
  error: (message: string) => void logged.push(message),
}

function start(variables: Record<string, string>, prepare?: Parameters<typeof startSubgraphProcess>[0]['prepare']) {
  const onStopped = () => expect.fail('no consumer can have stopped')
  return startSubgraphProcess({ subgraph: hello(), variables: { PORT: '0', ...variables }, log, onStopped, prepare })
}

const ask = async (url: string) => {
  const body = JSON.stringify({ query: '{ hello }' })
  return (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json()
}

describe('a subgraph in its own process', () => {
  it('answers on loopback by the settings of its environment, after it was prepared', async () => {
    const seen: unknown[] = []
    const running = await start({ DATABASE_URL: database.url, COLOUR: 'green' }, async ({ name }, variables) => {
      seen.push(name, variables['COLOUR'])
    })
    expect(seen).toEqual(['patient', 'green'])
    expect(new URL(running.url).hostname).toBe('127.0.0.1')
    expect(await ask(running.url)).toEqual({ data: { hello: 'hello' } })
    await running.stop()
    await expect(ask(running.url)).rejects.toThrow('fetch failed')
  })

  it('opens while the broker is away, and ends without it', async () => {
    const running = await start({ DATABASE_URL: database.url, BROKER_URL: 'kafka://127.0.0.1:1' })
    expect(await ask(running.url)).toEqual({ data: { hello: 'hello' } })
    await running.stop()
  })

  it('ends at once while it waits for its database', async () => {
    const ending = new AbortController()
    const variables = { PORT: '0', DATABASE_URL: 'postgres://ada:secret@127.0.0.1:1/patient' }
    const waiting = startSubgraphProcess({
      ...{ subgraph: hello(), variables, log, ending: ending.signal },
      onStopped: () => undefined,
    })
    await vi.waitUntil(() => logged.includes('the database is not there yet'))
    ending.abort()
    await expect(waiting).rejects.toBe(ending.signal.reason)
  })

  it('holds nothing when its preparation failed', async () => {
    const failure = start({ DATABASE_URL: database.url }, async () => {
      throw new Error('not today')
    })
    await expect(failure).rejects.toThrow('not today')
    await database.drop()
  })
})

describe('its settings', () => {
  it('name everything that is wrong, and quote no URL in which a password can stand', () => {
    const read = () =>
      readProcessSettings('patient', {
        PORT: 'eighty',
        DATABASE_URL: 'oracle://ada:secret@db/patient',
        BROKER_URL: 'amqp://ada:secret@broker',
        SUBGRAPH_URL_DOCTOR: 'doctor:8083',
        CLINIC_CURRENCY: 'Thaler',
      })
    expect(read).toThrow(WrongSettings)
    for (const name of ['PORT', 'DATABASE_URL', 'BROKER_URL', 'SUBGRAPH_URL_DOCTOR', 'CLINIC_CURRENCY']) {
      expect(read).toThrow(new RegExp(`^${name} `, 'm'))
    }
    expect(read).not.toThrow(/secret/)
  })

  it('take from supergraph.yaml where it and the others answer', () => {
    const { port, host, peers } = readProcessSettings('patient', {})
    expect({ port, host }).toEqual({ port: 8080, host: '127.0.0.1' })
    expect([...peers.keys()].sort()).toEqual(['analytics', 'appointment', 'auth', 'billing', 'doctor'])
    expect(peers.get('doctor')).toEqual(['http://localhost:8083/graphql'])
  })
})
