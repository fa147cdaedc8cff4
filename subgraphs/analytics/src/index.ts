import { defineSubgraph, extension } from '@caregraph/subgraph'
import { countEvents } from './count-event.js'
import { statisticsIn } from './figure-sets.js'
import { figureSetTables } from './migrations/figure-sets.js'
import { figureTables } from './migrations/figures.js'
import { postgresSets } from './postgres-sets.js'
import type { Services } from './read-statistics.js'
import { StatisticsResolver } from './statistics.resolver.js'

export const analytics = defineSubgraph<Services>({
  name: 'analytics',
  resolvers: [StatisticsResolver],
  references: { Doctor: extension, ServiceType: extension },
  tables: { entities: [], migrations: [figureTables, figureSetTables] },
  services: async ({ database }) => ({ services: { statistics: statisticsIn(postgresSets(database)) } }),
  engines: {
    // Loaded where it is used: who keeps the figures in PostgreSQL does not wait for MongoDB's driver.
    mongodb: async (url) => (await import('./open-mongo.js')).openMongo(url, 'analytics'),
  },
  handlers: ({ services, clinic }) => countEvents(services.statistics, clinic.timeZone),
})
