export type { Limits } from './limits.js'
export { type Gateway, type GatewayOptions, type Settings, startGateway } from './server.js'
