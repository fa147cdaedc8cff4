import { createRevocations } from '@caregraph/access'
import { memoryCache } from '@caregraph/cache'
import { poolState, queryRows } from '@caregraph/database'
import { testDatabase } from '@caregraph/database/testing'
import { type Way, wayTo } from '@caregraph/engines/testing'
import { createLocalBus } from '@caregraph/events'
import { Ctx, Query, Resolver } from 'type-graphql'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SubgraphUnavailable } from './client.js'
import type { Context } from './context.js'
import { defineSubgraph, type RunningSubgraph } from './define-subgraph.js'
import { type HttpSubgraph, httpSubgraph } from './http-subgraph.js'
import { peersOf } from './peers.js'
import { Allow } from './rules.js'
import { serveSubgraph } from './serve.js'

@Resolver()
class Kept {
  @Allow('public')
  @Query(() => String)
  known() {
    return 'known'
  }

  @Allow('public')
  @Query(() => String, { nullable: true })
  async kept(@Ctx() { database }: Context) {
    const [row] = await queryRows<{ kept: string }>(database, "SELECT 'kept' AS kept")
    return row?.kept
  }
}

const patient = defineSubgraph({
  ...{ name: 'patient', resolvers: [Kept], references: {}, tables: { entities: [], migrations: [] } },
})

let database: Awaited<ReturnType<typeof testDatabase>>
let line: Way
let running: RunningSubgraph
let served: Awaited<ReturnType<typeof serveSubgraph>>
let client: HttpSubgraph
const log = { info: () => undefined, error: () => undefined }
beforeEach(async () => {
  database = await testDatabase()
  line = await wayTo(database.url)
  const nobody = (): never => expect.fail('nobody is asked')
  running = await patient.start({
    ...{ databaseUrl: line.url, bus: createLocalBus(), peers: peersOf(nobody), verifyToken: nobody, log },
    ...{ revocations: createRevocations(), now, settings: {} },
    cache: memoryCache(now),
    clinic: { name: 'Test Clinic', timeZone: 'UTC', currency: 'USD', country: 'US', publicUrl: 'http://localhost' },
  })
  served = await serveSubgraph(running, { port: 0 })
  client = httpSubgraph('patient', [served.url])
})
afterEach(async () => {
  await client.stop()
  await served.stop()
  await running.stop()
  await line.stop()
  await database.drop()
})

const now = () => new Date()
const ask = () => client.execute({ query: '{ known kept }', requestId: 'r1' })
const all = { data: { known: 'known', kept: 'kept' } }
const theRest = {
  data: { known: 'known', kept: null },
  errors: [{ path: ['kept'], extensions: { code: 'SERVICE_UNAVAILABLE', params: { subgraph: 'patient' } } }],
}
const expectRecovery = async () => {
  line.pass()
  await vi.waitFor(async () => expect(await client.isReady()).toBe(true), { timeout: 30_000 })
  await vi.waitFor(async () => expect(await ask()).toEqual(all), { timeout: 30_000 })
  // The relay has a connection of its own.
  await vi.waitFor(() => expect(poolState(running.database).busy).toBeLessThanOrEqual(1), { timeout: 30_000 })
}

it('a database that is not there costs what it keeps, at once, and is found again', async () => {
  expect(await ask()).toEqual(all)
  line.cut()
  for (let time = 0; time < 20; time++) expect(await ask()).toMatchObject(theRest)
  expect(await client.isReady()).toBe(false)
  await expectRecovery()
})

it('a database that says nothing any more costs nobody more than the deadline, and is found again', async () => {
  expect(await ask()).toEqual(all)
  line.swallow()
  const answers = await Promise.allSettled(Array.from({ length: 50 }, ask))
  for (const answer of answers) {
    // Who has a connection is cut by the deadline; who waits for one hears sooner that there is none.
    if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(SubgraphUnavailable)
    else expect(answer.value).toMatchObject(theRest)
  }
  expect(await Promise.all(Array.from({ length: 10 }, () => client.isReady()))).toEqual(Array(10).fill(false))
  await expectRecovery()
})
