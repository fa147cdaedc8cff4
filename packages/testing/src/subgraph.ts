import { type Actor, createRevocations } from '@caregraph/access'
import { memoryCache } from '@caregraph/cache'
import type { Database } from '@caregraph/database'
import { testDatabase } from '@caregraph/database/testing'
import { type AnyEvent, createLocalBus, type EventBus, type EventType } from '@caregraph/events'
import {
  type Clinic,
  type Environment,
  type Peers,
  peersOf,
  type RunningSubgraph,
  type Subgraph,
  SubgraphUnavailable,
} from '@caregraph/subgraph'
import type { ExecutionResult } from 'graphql'
import { verifyTestToken } from './actors.js'
import { type TestClock, testClock } from './clock.js'

export const testClinic: Clinic = {
  name: 'Test Clinic',
  timeZone: 'UTC',
  currency: 'USD',
  country: 'US',
  publicUrl: 'http://localhost:4004',
}

/** No other department is open, unless the test opens one. */
const nobody: Peers = peersOf((name) => {
  throw new SubgraphUnavailable(name)
})

export interface SubgraphUnderTest {
  readonly running: RunningSubgraph
  readonly database: Database
  readonly clock: TestClock
  readonly bus: EventBus
  /** Every event that left the outbox, in its order. */
  readonly published: AnyEvent[]
  readonly logged: { message: string; details: unknown }[]
  ask(
    query: string,
    variables?: Record<string, unknown>,
    actor?: Actor,
  ): Promise<ExecutionResult<Record<string, never>>>
  /** The codes of the errors, in their order. */
  refusals(query: string, variables?: Record<string, unknown>, actor?: Actor): Promise<unknown[]>
  /** Waits until so many events of the type have left the outbox. */
  eventsOf<Type extends EventType>(type: Type, count?: number): Promise<Extract<AnyEvent, { type: Type }>[]>
  stop(): Promise<void>
}

/** One subgraph on a database of its own, as it runs in production but for its peers and its clock. */
export async function startSubgraph(
  subgraph: Subgraph,
  overrides: Partial<Omit<Environment, 'now'>> = {},
): Promise<SubgraphUnderTest> {
  const database = await testDatabase()
  const clock = testClock()
  const bus = overrides.bus ?? createLocalBus()
  const published: AnyEvent[] = []
  const logged: { message: string; details: unknown }[] = []
  const note = (message: string, details?: unknown) => void logged.push({ message, details })
  const untail = await bus.tail([`${subgraph.name}-events`], (event) => void published.push(event))
  const running = await subgraph.start({
    databaseUrl: database.url,
    peers: nobody,
    verifyToken: verifyTestToken,
    cache: memoryCache(clock.now),
    revocations: createRevocations(),
    clinic: testClinic,
    log: { info: note, error: note },
    settings: {},
    ...overrides,
    bus,
    now: clock.now,
  })
  const ask: SubgraphUnderTest['ask'] = async (query, variables, actor) => {
    const request = { query, variables, token: actor?.token, requestId: 'test' }
    return (await running.execute(request)) as ExecutionResult<Record<string, never>>
  }
  return {
    running,
    database: running.database,
    clock,
    bus,
    published,
    logged,
    ask,
    async refusals(query, variables, actor) {
      return ((await ask(query, variables, actor)).errors ?? []).map(({ extensions }) => extensions['code'])
    },
    eventsOf: (type, count = 1) =>
      until(
        () => {
          const events = published.filter(
            (event): event is Extract<AnyEvent, { type: typeof type }> => event.type === type,
          )
          return events.length >= count && events
        },
        { name: `${count} ${type}` },
      ),
    async stop() {
      await running.stop()
      await untail()
      await database.drop()
    },
  }
}

const lookEveryMilliseconds = 5

/** Waits for the condition, and fails with its name when it does not come true. */
export async function until<T>(
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  { within = 15_000, name = 'the condition' } = {},
): Promise<T> {
  const end = performance.now() + within
  for (;;) {
    const value = await condition()
    if (value !== undefined && value !== false) return value
    if (performance.now() > end) throw new Error(`${name} did not come true within ${within} ms`)
    await new Promise((resolve) => setTimeout(resolve, lookEveryMilliseconds))
  }
}
