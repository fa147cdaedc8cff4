export { openClinic } from './open-clinic.js'
export { readSettings, type Settings } from './settings.js'
export type { RunningClinic } from './start-clinic.js'
