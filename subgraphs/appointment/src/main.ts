import { runSubgraph } from '@caregraph/subgraph/process'
import { appointment } from './index.js'

await runSubgraph(appointment)
