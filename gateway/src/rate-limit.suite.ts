import type { Cache } from '@caregraph/cache'
import { expect, it } from 'vitest'
import { createRateLimit } from './rate-limit.js'

/** What holds of the limits, whatever they are counted in. */
export function rateLimitSuite(openCache: (now: () => Date) => Promise<Cache>): void {
  it('a minute begins with the first request and is over after sixty seconds', async () => {
    let at = 1_000_000
    const cache = await openCache(() => new Date(at))
    const limit = createRateLimit('user', 2, cache)
    expect([await limit('ada'), await limit('ada'), await limit('ada')]).toEqual([undefined, undefined, 60])
    at += 59_001
    expect([await limit('ada'), await limit('bob')]).toEqual([1, undefined])
    expect(await createRateLimit('address', 2, cache)('ada')).toBeUndefined()
    at += 999
    expect(await limit('ada')).toBeUndefined()
  })

  it('of many requests at the same time as many go on as the limit says', async () => {
    const limit = createRateLimit('user', 10, await openCache(() => new Date(0)))
    const answers = await Promise.all(Array.from({ length: 50 }, () => limit('ada')))
    expect(answers.filter((answer) => answer === undefined)).toHaveLength(10)
  })
}
