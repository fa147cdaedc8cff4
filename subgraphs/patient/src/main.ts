import { runSubgraph } from '@caregraph/subgraph/process'
import { patient } from './index.js'

await runSubgraph(patient)
