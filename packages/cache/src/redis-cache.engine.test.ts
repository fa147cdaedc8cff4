import { describeOn } from '@caregraph/engines/testing'
import { expect, it } from 'vitest'
import { cacheSuite } from './cache.suite.js'
import { ownKeys } from './redis-testing.js'

await describeOn('redis', 'Redis, which copies share', (url) => {
  cacheSuite(async (now) => {
    const own = await ownKeys(url)
    const [here, there] = await Promise.all([own.open({ now }), own.open({ now })])
    return { copies: [here, there], stop: own.stop }
  })

  it('is told no e-mail, no address and nothing that they could be guessed by, and keeps nothing for ever', async () => {
    const own = await ownKeys(url)
    const cache = await own.open()
    await cache.note([{ key: 'account ada@example.com', most: 10 }], 900_000)
    await cache.countInWindow('address 192.0.2.7', 60_000)
    await cache.remember({ topic: 'doctors', key: 'ada', seconds: 30 }, async () => 'page')
    await cache.forget('doctors')
    const withAnother = await own.open({ secret: 'another secret' })
    await withAnother.countInWindow('address 192.0.2.7', 60_000)

    const keys = await own.keys()
    expect(keys).toHaveLength(5)
    expect(JSON.stringify(keys)).not.toMatch(/ada|example|192/)
    for (const { leftMilliseconds } of keys) expect(leftMilliseconds).toBeGreaterThan(0)
    await own.stop()
  })

  it('keeps the clinics apart that share it', async () => {
    const [own, other] = await Promise.all([ownKeys(url), ownKeys(url)])
    const [here, there] = await Promise.all([own.open(), other.open()])
    await here.countInWindow('ada', 60_000)
    expect(await there.countInWindow('ada', 60_000)).toMatchObject({ count: 1 })
    await Promise.all([own.stop(), other.stop()])
  })
})
