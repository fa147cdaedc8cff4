import { describe, expect, it } from 'vitest'
import { cacheSuite } from './cache.suite.js'
import { memoryCache } from './memory-cache.js'

describe('the memory of a process', () => {
  cacheSuite(async (now) => {
    const cache = memoryCache(now)
    return { copies: [cache, cache], stop: () => cache.close() }
  })

  it('forgets what it remembers when its seconds are over', async () => {
    let at = 0
    const cache = memoryCache(() => new Date(at))
    const what = { topic: 'doctors', key: 'first page', seconds: 30 }
    await cache.remember(what, async () => 'old')
    at += 29_999
    expect(await cache.remember(what, async () => 'new')).toBe('old')
    at += 1
    expect(await cache.remember(what, async () => 'new')).toBe('new')
  })
})
