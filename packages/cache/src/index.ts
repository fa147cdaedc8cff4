export type { Cache, Counted, Limit, Noted, Remembered } from './cache.js'
export { memoryCache } from './memory-cache.js'
export { openCache } from './open-cache.js'
