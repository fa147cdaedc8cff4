export { defaultLimits, type Limits } from './limits.js'
export { type Gateway, type GatewayOptions, type Settings, startGateway } from './server.js'
export { type RemoteSubgraph, remoteSubgraph } from './subgraph-client.js'
