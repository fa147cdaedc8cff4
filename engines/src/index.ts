export type { Engine } from './engine.js'
export { type EngineName, engines } from './engines.js'
export { kafkaBehindProxy } from './kafka.js'
export { killEngine, type Running, runningEngine, startEngine, stopEngine, wipeEngine } from './run-engine.js'
