import { type OwnKeys, ownKeys } from '@caregraph/cache/testing'
import { describeOn } from '@caregraph/engines/testing'
import { afterEach, beforeEach } from 'vitest'
import { rateLimitSuite } from './rate-limit.suite.js'

await describeOn('redis', 'in Redis', (url) => {
  let own: OwnKeys
  beforeEach(async () => {
    own = await ownKeys(url)
  })
  afterEach(() => own.stop())

  rateLimitSuite((now) => own.open({ now }))
})
