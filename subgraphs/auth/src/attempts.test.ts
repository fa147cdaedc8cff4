import { memoryCache } from '@caregraph/cache'
import { describe, expect, it } from 'vitest'
import { networkOf } from './attempts.js'
import { attemptsSuite } from './attempts.suite.js'

describe('in the memory of a process', () => {
  attemptsSuite(async (now) => memoryCache(now))
})

describe('a network', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('of %s is %s', (address, network) => expect(networkOf(address)).toBe(network))
})
