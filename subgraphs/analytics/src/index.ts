import { defineSubgraph, extension } from '@caregraph/subgraph'
import { countEvents } from './count-event.js'
import { Figures1760000006001 } from './migrations/figures.js'
import { postgresStore } from './postgres-store.js'
import type { Services } from './read-statistics.js'
import { StatisticsResolver } from './statistics.resolver.js'

export const analytics = defineSubgraph<Services>({
  name: 'analytics',
  resolvers: [StatisticsResolver],
  references: { Doctor: extension, ServiceType: extension },
  tables: { entities: [], migrations: [Figures1760000006001] },
  services: async ({ database }) => ({ services: { statistics: postgresStore(database) } }),
  handlers: ({ services, clinic }) => countEvents(services.statistics, clinic.timeZone),
})
