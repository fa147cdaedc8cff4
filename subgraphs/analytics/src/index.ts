import { defineSubgraph, extension } from '@caregraph/subgraph'
import { countEvents } from './count-event.js'
import { figureTables } from './migrations/figures.js'
import { postgresStore } from './postgres-store.js'
import type { Services } from './read-statistics.js'
import { StatisticsResolver } from './statistics.resolver.js'

export const analytics = defineSubgraph<Services>({
  name: 'analytics',
  resolvers: [StatisticsResolver],
  references: { Doctor: extension, ServiceType: extension },
  tables: { entities: [], migrations: [figureTables] },
  services: async ({ database }) => ({ services: { statistics: postgresStore(database) } }),
  engines: {
    // Loaded where it is used: who keeps the figures in PostgreSQL does not wait for MongoDB's driver.
    mongodb: async (url) => (await import('./open-mongo.js')).openMongo(url, 'analytics'),
  },
  handlers: ({ services, clinic }) => countEvents(services.statistics, clinic.timeZone),
})
