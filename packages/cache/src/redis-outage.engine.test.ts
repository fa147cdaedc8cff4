import { describeOn, type Way, wayTo } from '@caregraph/engines/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Cache } from './cache.js'
import { type OwnKeys, ownKeys } from './redis-testing.js'

const minute = 60_000
const soon = { timeout: 20_000, interval: 20 }
const page = { topic: 'doctors', key: 'first page', seconds: 30 }

await describeOn('redis', 'Redis', (url) => {
  let own: OwnKeys
  let way: Way
  let here: Cache
  let there: Cache
  let faults: unknown[]
  beforeEach(async () => {
    own = await ownKeys(url)
    way = await wayTo(url)
    faults = []
    here = await own.open({ through: way.url, onFault: (fault) => faults.push(fault) })
    there = await own.open()
  })
  afterEach(async () => {
    await own.stop()
    await way.stop()
  })

  /** Until what this copy counts is counted by all of them again. */
  const isBack = () =>
    vi.waitUntil(async () => {
      const probe = String(Math.random())
      await there.countInWindow(probe, minute)
      return (await here.countInWindow(probe, minute)).count === 2
    }, soon)

  describe.each(['cut', 'swallow'] as const)('that is gone (%s)', (manner) => {
    it('leaves each process to count for itself, from what it has seen, and counts for all when it is back', async () => {
      for (let time = 0; time < 3; time++) await here.countInWindow('ada', minute)
      expect(await there.countInWindow('ada', minute)).toMatchObject({ count: 4 })
      way[manner]()
      expect(await here.countInWindow('ada', minute)).toMatchObject({ count: 4 })
      expect(await here.countInWindow('ada', minute)).toMatchObject({ count: 5 })
      expect(await there.countInWindow('ada', minute)).toMatchObject({ count: 5 })
      way.pass()
      await isBack()
      expect(await here.countInWindow('ada', minute)).toMatchObject({ count: 6 })
    })

    it('never lets a process note more than the limit', async () => {
      const limits = [{ key: 'ada@example.com', most: 10 }]
      const noted: boolean[] = []
      const tryOnce = async () => void noted.push((await here.note(limits, minute)).takeBack !== undefined)
      for (let time = 0; time < 6; time++) await tryOnce()
      way[manner]()
      await Promise.all(Array.from({ length: 20 }, tryOnce))
      expect(noted.filter(Boolean)).toHaveLength(10)
      way.pass()
      await isBack()
      await tryOnce()
      expect(noted.filter(Boolean)).toHaveLength(10)
    })

    it('takes back what was noted before', async () => {
      const limits = [{ key: 'ada@example.com', most: 1 }]
      const { takeBack } = await here.note(limits, minute)
      way[manner]()
      await takeBack?.()
      expect((await here.note(limits, minute)).takeBack).toBeDefined()
    })

    it('is not asked for what it remembers: everything is loaded', async () => {
      await here.remember(page, async () => 'old')
      way[manner]()
      expect(await here.remember(page, async () => 'new')).toBe('new')
      expect(await here.remember(page, async () => 'newer')).toBe('newer')
    })

    it('is told when it is back what was forgotten meanwhile, before anything is read from it', async () => {
      await there.remember(page, async () => 'old')
      way[manner]()
      await here.forget('doctors')
      way.pass()
      await isBack()
      expect(await here.remember(page, async () => 'new')).toBe('new')
      expect(await there.remember(page, async () => 'newer')).toBe('new')
    })

    it('rings all bells when it is back: somebody may have rung meanwhile', async () => {
      let rings = 0
      here.onRing('door', () => rings++)
      way[manner]()
      // Also what is swallowed is noticed only when something is asked.
      await here.countInWindow('ada', minute)
      there.ring('door')
      way.pass()
      await vi.waitUntil(() => rings > 0, soon)
    })

    it('is told of once, and never with its URL or a key', async () => {
      way[manner]()
      for (let time = 0; time < 50; time++) await here.countInWindow('ada@example.com', minute)
      await vi.waitUntil(() => faults.length > 0, soon)
      expect(faults).toHaveLength(1)
      expect(String(faults[0])).not.toContain('ada@example.com')
    })
  })

  it('that is not there at the start is no reason to wait', async () => {
    way.cut()
    const late = await own.open({ through: way.url, ready: false })
    expect(await late.countInWindow('ada', minute)).toMatchObject({ count: 1 })
    expect(await late.remember(page, async () => 'loaded')).toBe('loaded')
    await there.countInWindow('bob', minute)
    way.pass()
    await new Promise<void>((resolve) => late.onRing('door', resolve))
    expect(await late.countInWindow('bob', minute)).toMatchObject({ count: 2 })
  })

  it('that comes back empty forgets the guesses of others and not those that a process saw itself', async () => {
    const limits = [{ key: 'ada@example.com', most: 4 }]
    for (let time = 0; time < 4; time++) await here.note(limits, minute)
    await own.loseAll()
    expect(await here.note(limits, minute)).toMatchObject({ takeBack: undefined })
  })

  it('that comes back empty remembers nothing that was read before', async () => {
    const late = await here.remember(page, async () => {
      await own.loseAll()
      await there.forget('doctors')
      return 'old'
    })
    expect(late).toBe('old')
    expect(await there.remember(page, async () => 'new')).toBe('new')
  })

  it('that refuses a command is done without, and asked on', async () => {
    await here.countInWindow('ada', minute)
    for (const { key } of await own.keys()) await own.spoil(key)
    expect(await here.countInWindow('ada', minute)).toMatchObject({ count: 2 })
    expect(String(faults)).toMatch(/WRONGTYPE/)
    await there.countInWindow('bob', minute)
    expect(await here.countInWindow('bob', minute)).toMatchObject({ count: 2 })
  })

  it('lets a cache close while it is silent', async () => {
    way.swallow()
    await here.close()
  })
})
