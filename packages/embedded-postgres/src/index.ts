export { ensureDatabase } from './ensure-database.js'
export { DataDirectoryInUse } from './ownership.js'
export { runningPostgres } from './running-postgres.js'
export { type EmbeddedPostgres, type StartOptions, startEmbeddedPostgres } from './start-embedded-postgres.js'
