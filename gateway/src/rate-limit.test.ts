import { memoryCache } from '@caregraph/cache'
import { describe, expect, it } from 'vitest'
import { addressBlock, createRateLimit } from './rate-limit.js'
import { rateLimitSuite } from './rate-limit.suite.js'

describe('in the memory of a process', () => {
  rateLimitSuite(async (now) => memoryCache(now))
})

it('without a number everybody may ask as often as they like, and nobody is counted', async () => {
  const limit = createRateLimit('user', undefined, { countInWindow: () => expect.fail('this was counted') })
  expect(await limit('ada')).toBeUndefined()
})

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '::ffff:192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::6', '2001:db8:1:2'],
  ['2001:db8::6', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
])('%s counts as %s', (address, block) => {
  expect(addressBlock(address)).toBe(block)
})
