import { runProcess } from '@caregraph/subgraph'
import { startGatewayProcess } from './start-process.js'

await runProcess('gateway', () => startGatewayProcess(process.env))
