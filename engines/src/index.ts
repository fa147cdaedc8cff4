export {
  killProgram,
  logOf,
  type Program,
  type Running,
  runningProgram,
  startProgram,
  stopProgram,
} from './background.js'
export { type Engine, host } from './engine.js'
export { type EngineName, engines } from './engines.js'
export { kafkaBehindProxy } from './kafka.js'
export { isListening, killEngine, runningEngine, startEngine } from './run-engine.js'
