import { runProcess } from '@caregraph/subgraph/caller'
import { startGatewayProcess } from './start-process.js'

await runProcess('gateway', () => startGatewayProcess(process.env))
