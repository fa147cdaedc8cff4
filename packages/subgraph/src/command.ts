export { type ProcessSettings, readProcessSettings } from './process-settings.js'
export { runningDatabaseUrl } from './running-database.js'
