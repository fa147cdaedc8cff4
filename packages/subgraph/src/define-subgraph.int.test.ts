import { createRevocations } from '@caregraph/access'
import { memoryCache } from '@caregraph/cache'
import type { Transaction } from '@caregraph/database'
import { createLocalBus, type EventBus, type Inbox } from '@caregraph/events'
import { Query, Resolver } from 'type-graphql'
import { describe, expect, it } from 'vitest'
import { defineSubgraph, type Environment } from './define-subgraph.js'
import { peersOf } from './peers.js'
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

const parts = { resolvers: [Hello], references: {}, tables: { entities: [], migrations: [] } } as const
const nothing = async () => undefined

const environment = (databaseUrl: string, bus: EventBus = createLocalBus()): Environment => ({
  ...{ databaseUrl, bus },
  cache: memoryCache(() => new Date()),
  peers: peersOf(() => expect.fail('nobody is asked')),
  verifyToken: () => expect.fail('nobody signs in'),
  revocations: createRevocations(),
  clinic: { name: '', timeZone: 'UTC', currency: 'USD', country: 'US', publicUrl: 'http://localhost' },
  now: () => new Date(),
  log: { info: () => undefined, error: () => undefined },
  settings: {},
})

const inbox: Inbox<undefined> = {
  receive: (_, __, effect) => effect(undefined),
  park: nothing,
  due: async () => [],
  retry: nothing,
  noteFailedTry: nothing,
  counts: async () => ({ waiting: 0, dead: 0 }),
  deadLetters: async () => [],
  redrive: async () => 0,
}

describe('the scheme of DATABASE_URL', () => {
  it.each(['oracle', 'mysqlx', ''])('is refused where the subgraph does not take it: %s://', async (scheme) => {
    const start = defineSubgraph({ name: 'billing', ...parts }).start(environment(`${scheme}://ada:secret@db/billing`))
    await expect(start).rejects.toThrow(WrongSettings)
    await expect(start).rejects.toThrow(/^DATABASE_URL .* billing takes .*postgres:\/\//)
    await expect(start).rejects.not.toThrow(/secret/)
  })

  it('opens the engine that the definition names for it, and then nothing of SQL', async () => {
    const opened: string[] = []
    const handled: unknown[] = []
    const counted = defineSubgraph<{ figures: string[] }>({
      name: 'analytics',
      ...parts,
      engines: {
        mongodb: async (url) => {
          opened.push(url)
          const stop = async () => void opened.push('stopped')
          return { services: { figures: [] }, inbox, isReady: async () => true, stop }
        },
      },
      handlers: ({ services }) => ({
        PatientArchived: async ({ subject }, tx: Transaction | undefined) => {
          handled.push(tx)
          services.figures.push(subject)
        },
      }),
    })
    const bus = createLocalBus()
    const running = await counted.start(environment('mongodb+srv://db/analytics', bus))
    expect(await running.isReady()).toBe(true)
    expect(() => running.database.query).toThrow('analytics runs on mongodb:// and has no SQL database')
    const subject = '01890000-0000-7000-8000-000000000001'
    await bus.publish('patient-events', [
      {
        ...{ specversion: '1.0', id: subject, source: '/caregraph/patient', type: 'PatientArchived', subject },
        ...{ time: '2027-03-01T09:00:00Z', datacontenttype: 'application/json', data: { patientId: subject } },
      },
    ])
    expect(handled).toEqual([undefined])
    await running.stop()
    expect(opened).toEqual(['mongodb+srv://db/analytics', 'stopped'])
  })
})
