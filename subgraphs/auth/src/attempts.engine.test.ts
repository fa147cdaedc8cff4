import { type OwnKeys, ownKeys } from '@caregraph/cache/testing'
import { describeOn } from '@caregraph/engines/testing'
import { testClock } from '@caregraph/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createAttempts } from './attempts.js'
import { attemptsSuite } from './attempts.suite.js'

await describeOn('redis', 'in Redis', (url) => {
  let own: OwnKeys
  beforeEach(async () => {
    own = await ownKeys(url)
  })
  afterEach(() => own.stop())

  attemptsSuite((now) => own.open({ now }))

  it('failed attempts at several copies at once are 10 for an account in all', async () => {
    const { now } = testClock()
    const copies = await Promise.all(Array.from({ length: 3 }, async () => createAttempts(await own.open({ now }))))
    const tries = copies.flatMap((attempts) =>
      Array.from({ length: 12 }, () => attempts.begin({ email: 'ada@example.com', clientAddress: '192.0.2.7' })),
    )
    const results = await Promise.allSettled(tries)
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
  })
})
