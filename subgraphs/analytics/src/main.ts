import { runSubgraph } from '@caregraph/subgraph/process'
import { analytics } from './index.js'

await runSubgraph(analytics)
