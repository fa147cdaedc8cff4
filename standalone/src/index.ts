export { openClinic } from './open-clinic.js'
export { readSettings, type Settings } from './settings.js'
export { type RunningClinic, startClinic } from './start-clinic.js'
