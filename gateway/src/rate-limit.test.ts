import { expect, it } from 'vitest'
import { addressBlock, createRateLimit } from './rate-limit.js'

it('a minute begins with the first request and is over after sixty seconds', () => {
  let at = 1_000_000
  const limit = createRateLimit(2, () => new Date(at))
  expect([limit('ada'), limit('ada'), limit('ada')]).toEqual([undefined, undefined, 60])
  at += 59_001
  expect([limit('ada'), limit('bob')]).toEqual([1, undefined])
  at += 999
  expect(limit('ada')).toBeUndefined()
})

it('without a number everybody may ask as often as they like', () => {
  const limit = createRateLimit(undefined, () => new Date())
  expect(Array.from({ length: 10_000 }, () => limit('ada')).every((each) => each === undefined)).toBe(true)
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
