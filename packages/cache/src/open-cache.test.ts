import { expect, it } from 'vitest'
import { openCache, WrongCacheUrl } from './open-cache.js'

it.each(['redis://ada:hunter2@', 'redis://ada:hunter2@host:6379/first', 'rediss', 'http://ada:hunter2@host'])(
  'a CACHE_URL of no Redis is refused with a sentence that does not quote it: %s',
  async (url) => {
    const opening = openCache(url, { now: () => new Date(), secret: undefined, onFault: () => undefined })
    await expect(opening).rejects.toThrow(WrongCacheUrl)
    await expect(opening).rejects.not.toThrow(/hunter2/)
  },
)
