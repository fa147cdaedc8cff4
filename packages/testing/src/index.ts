export { testDatabase } from '@caregraph/database/testing'
export { anActor } from './actors.js'
export { type TestClock, testClock } from './clock.js'
export { type SubgraphUnderTest, startSubgraph, testClinic, until } from './subgraph.js'
