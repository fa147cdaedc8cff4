import { runSubgraph } from '@caregraph/subgraph/process'
import { billing } from './index.js'

await runSubgraph(billing)
