/** What a process needs that asks subgraphs and is none: no database, no schema and no entity is loaded by it. */
export { type SubgraphClient, type SubgraphRequest, SubgraphUnavailable } from './client.js'
export { type Deadline, deadlineIn, GaveUp, sharedAbort, within } from './deadline.js'
export { hasFailed, observeCall, outcomeOf, secondsSince } from './observed.js'
export { readiness } from './readiness.js'
export { runProcess } from './run-process.js'
export { readCacheUrl, type SettingsReader, settingsReader, type Variables } from './settings.js'
