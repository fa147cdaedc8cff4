export { connectDatabase, type Database, type Entity, type Tables } from './connect.js'
export { Conditions, findRows } from './find-rows.js'
export { forgetOldKeys, IdempotencyKeys1760000000001, repeatOf } from './idempotency.js'
export { isId, newId } from './ids.js'
export { type Prepared, prepared } from './prepared.js'
export { rowsBy } from './rows-by.js'
export {
  plain,
  prefixesOf,
  searchTables,
  searchTermsOf,
  sortNameOf,
  writeSearchTerms,
} from './search.js'
export {
  inTransaction,
  isDatabaseAway,
  queryRows,
  refuseByConstraint,
  type TracedDatabase,
  type Transaction,
} from './transaction.js'
export { expectVersion, updateVersioned } from './versioned-update.js'
