import { memoryCache } from '@caregraph/cache'
import { testClock } from '@caregraph/testing'
import { describe } from 'vitest'
import { rememberedListsSuite } from './remembered-lists.suite.js'

describe('lists in the memory of a process', () => {
  rememberedListsSuite(async () => {
    const cache = memoryCache(testClock().now)
    return [cache, cache]
  })
})
