import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Cache } from './cache.js'

const minute = 60_000

export interface CopiesUnderTest {
  /** The caches of two processes that share what there is to share; they may be one and the same. */
  readonly copies: readonly [Cache, Cache]
  stop(): Promise<void>
}

/** What holds of a cache, whatever it is kept in. */
export function cacheSuite(open: (now: () => Date) => Promise<CopiesUnderTest>): void {
  let at: number
  let opened: CopiesUnderTest
  let here: Cache
  let there: Cache
  beforeEach(async () => {
    at = Date.parse('2027-03-01T08:00:00Z')
    opened = await open(() => new Date(at))
    ;[here, there] = opened.copies
  })
  afterEach(() => opened.stop())

  describe('a window', () => {
    it('begins with the first of its key, and the one after its end begins another', async () => {
      expect(await here.countInWindow('ada', minute)).toEqual({ count: 1, endsInMilliseconds: minute })
      at += 59_999
      expect(await there.countInWindow('ada', minute)).toEqual({ count: 2, endsInMilliseconds: 1 })
      expect(await here.countInWindow('bob', minute)).toEqual({ count: 1, endsInMilliseconds: minute })
      at += 1
      expect(await here.countInWindow('ada', minute)).toEqual({ count: 1, endsInMilliseconds: minute })
    })

    it('counts each of many at the same time', async () => {
      const counted = await Promise.all(
        Array.from({ length: 60 }, (_, index) => (index % 2 ? here : there).countInWindow('ada', minute)),
      )
      expect(counted.map(({ count }) => count).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 60 }, (_, i) => i + 1),
      )
    })
  })

  describe('a limit', () => {
    const ada = { key: 'ada@example.com', most: 3 }
    const network = { key: '192.0.2.7', most: 5 }
    const note = async (cache: Cache, ...limits: { key: string; most: number }[]) => {
      const noted = await cache.note(limits, minute)
      return noted.takeBack === undefined ? noted.freeInMilliseconds : 'noted'
    }

    it('is reached by as many as it says, until the first of them is a window old', async () => {
      expect(await note(here, ada)).toBe('noted')
      at += 20_000
      expect(await note(there, ada)).toBe('noted')
      expect(await note(here, ada)).toBe('noted')
      expect(await note(there, ada)).toBe(40_000)
      at += 39_999
      expect(await note(here, ada)).toBe(1)
      at += 1
      expect(await note(there, ada)).toBe('noted')
      expect(await note(here, ada)).toBe(20_000)
    })

    it('lets no more through of many at the same time', async () => {
      const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => note(index % 2 ? here : there, ada)))
      expect(answers.filter((answer) => answer === 'noted')).toHaveLength(3)
    })

    it('that is reached leaves the others as they are', async () => {
      for (let time = 0; time < 3; time++) await note(here, ada, network)
      expect(await note(there, ada, network)).toBe(minute)
      expect(await note(here, network)).toBe('noted')
      expect(await note(there, network)).toBe('noted')
      expect(await note(here, network)).toBe(minute)
    })

    it('does not count what was taken back, and that takes no other back', async () => {
      await here.note([ada, network], minute)
      const second = await there.note([ada, network], minute)
      await here.note([ada, network], minute)
      await second.takeBack?.()
      await second.takeBack?.()
      expect(await note(here, ada)).toBe('noted')
      expect(await note(there, ada)).toBe(minute)
    })
  })

  describe('what is remembered', () => {
    const first = { topic: 'doctors', key: 'first page', seconds: 30 }

    it('is loaded once for all', async () => {
      const load = vi.fn(async () => ['Grey', 'Yang'])
      expect(await here.remember(first, load)).toEqual(['Grey', 'Yang'])
      expect(await there.remember(first, load)).toEqual(['Grey', 'Yang'])
      expect(load).toHaveBeenCalledTimes(1)
      expect(await here.remember({ ...first, key: 'another page' }, async () => ['Bailey'])).toEqual(['Bailey'])
      expect(await here.remember({ ...first, topic: 'hours' }, async () => ['Monday'])).toEqual(['Monday'])
    })

    it('is the same whether it was loaded or not, and nobody changes it for others', async () => {
      const load = async () => ({ since: new Date(at), hours: ['MONDAY'], left: undefined })
      const loaded = await here.remember(first, load)
      expect(loaded).toEqual({ since: '2027-03-01T08:00:00.000Z', hours: ['MONDAY'] })
      loaded.hours.push('TUESDAY')
      expect(await here.remember(first, load)).toEqual({ since: '2027-03-01T08:00:00.000Z', hours: ['MONDAY'] })
    })

    it('is loaded again after its topic was forgotten anywhere, and others are not', async () => {
      await here.remember(first, async () => 'old')
      await here.remember({ ...first, topic: 'hours' }, async () => 'old')
      await there.forget('doctors')
      expect(await here.remember(first, async () => 'new')).toBe('new')
      expect(await here.remember({ ...first, topic: 'hours' }, async () => 'new')).toBe('old')
    })

    it('is nothing that was read before its topic was forgotten and comes late', async () => {
      const late = await here.remember(first, async () => {
        await there.forget('doctors')
        return 'old'
      })
      expect(late).toBe('old')
      expect(await here.remember(first, async () => 'new')).toBe('new')
      expect(await there.remember(first, async () => 'newer')).toBe('new')
    })

    it('is nothing where it could not be loaded', async () => {
      const fault = new Error('the database is away')
      await expect(here.remember(first, () => Promise.reject(fault))).rejects.toBe(fault)
      expect(await here.remember(first, async () => 'there')).toBe('there')
    })
  })

  describe('a bell', () => {
    it('is heard by all who listen to it, until they do not listen any more', async () => {
      const heard: string[] = []
      const stops = [
        here.onRing('door', () => heard.push('here')),
        there.onRing('door', () => heard.push('there')),
        there.onRing('another', () => heard.push('another')),
      ]
      here.ring('door')
      await vi.waitUntil(() => heard.includes('here') && heard.includes('there'))
      for (const stop of stops) stop()
      await here.remember({ topic: 'order', key: 'of commands', seconds: 1 }, async () => 'after the ring')
      const before = heard.length
      here.ring('door')
      const last = new Promise<void>((resolve) => there.onRing('last', resolve))
      here.ring('last')
      await last
      expect(heard).toHaveLength(before)
      expect(heard).not.toContain('another')
    })
  })
}
