/** The driver's names for a server that is not there: by them, so that who has no MongoDB need not load its driver. */
const faultsOfTheWay = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoPoolClearedError',
  'PoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
  'MongoNotConnectedError',
  'MongoServerClosedError',
  'MongoOperationTimeoutError',
])

/**
 * The server's codes for one that shuts down, is no primary, or has lost the majority that a write waits for:
 * https://github.com/mongodb/specifications, retryable writes, and 64 and 100 for the write concern.
 */
const faultsOfTheServer = new Set([
  6, 7, 64, 89, 91, 100, 134, 189, 262, 9_001, 10_058, 10_107, 11_600, 11_602, 13_435, 13_436,
])

/** Whether MongoDB is away, so that trying again later may help. */
export function isMongoAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (faultsOfTheWay.has(error.name)) return true
  const { code } = error as { code?: unknown }
  return error.name.startsWith('Mongo') && typeof code === 'number' && faultsOfTheServer.has(code)
}
