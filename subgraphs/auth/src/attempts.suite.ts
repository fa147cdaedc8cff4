import type { Cache } from '@caregraph/cache'
import { type TestClock, testClock } from '@caregraph/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Attempted, type Attempts, createAttempts } from './attempts.js'

const ada = { email: 'ada@example.com', clientAddress: undefined }
const limited = (retryAfterSeconds: number) => ({ code: 'RATE_LIMITED', params: { retryAfterSeconds } })

/** What holds of failed attempts, whatever they are counted in. */
export function attemptsSuite(openCache: (now: () => Date) => Promise<Cache>): void {
  let clock: TestClock
  let attempts: Attempts
  beforeEach(async () => {
    clock = testClock()
    attempts = createAttempts(await openCache(clock.now))
  })
  const fail = async (attempted: Attempted, times: number) => {
    for (let time = 0; time < times; time++) await attempts.begin(attempted)
  }

  describe('failed attempts', () => {
    it('are 10 for an account, then it waits until the first is 15 minutes old', async () => {
      await fail(ada, 1)
      clock.advance(60_000)
      await fail(ada, 9)
      await expect(attempts.begin(ada)).rejects.toMatchObject(limited(840))
      clock.advance(839_999)
      await expect(attempts.begin(ada)).rejects.toMatchObject(limited(1))
      clock.advance(1)
      await attempts.begin(ada)
      await expect(attempts.begin(ada)).rejects.toMatchObject(limited(60))
    })

    it('count for an account in whatever case its e-mail is written, and for no other', async () => {
      await fail(ada, 10)
      await expect(attempts.begin({ ...ada, email: 'ADA@example.com' })).rejects.toMatchObject(limited(900))
      await attempts.begin({ ...ada, email: 'grace@example.com' })
    })

    it('are 100 from an address, whichever accounts they were for', async () => {
      for (let account = 0; account < 50; account++) {
        await fail({ email: `${account}@example.com`, clientAddress: '192.0.2.7' }, 2)
      }
      await expect(attempts.begin({ email: 'x@example.com', clientAddress: '192.0.2.7' })).rejects.toMatchObject(
        limited(900),
      )
      await attempts.begin({ email: 'x@example.com', clientAddress: '192.0.2.8' })
    })

    it('count while they are under way, so that many at once are no way around', async () => {
      const results = await Promise.allSettled(Array.from({ length: 30 }, () => attempts.begin(ada)))
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
    })

    it('that are taken back do not count, and take no other back', async () => {
      await fail(ada, 8)
      const takeBack = await attempts.begin(ada)
      await attempts.begin(ada)
      await takeBack()
      await takeBack()
      await attempts.begin(ada)
      await expect(attempts.begin(ada)).rejects.toMatchObject(limited(900))
    })
  })
}
