import { runSubgraph } from '@caregraph/subgraph/process'
import { doctor } from './index.js'

await runSubgraph(doctor)
