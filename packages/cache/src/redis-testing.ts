import { randomUUID } from 'node:crypto'
import { createClient } from '@redis/client'
import type { Cache } from './cache.js'
import { type CacheOptions, openCache } from './open-cache.js'

/** A prefix of a test's own on a Redis that it shares. */
export interface OwnKeys {
  readonly prefix: string
  /** A cache as each process has one, which is connected already where it is `ready`. */
  open(options?: Partial<CacheOptions> & { through?: string; ready?: boolean }): Promise<Cache>
  /** All that lies in Redis under the prefix, with the milliseconds that it still has. */
  keys(): Promise<{ key: string; leftMilliseconds: number }[]>
  /** Puts something there that no command of a cache can use. */
  spoil(key: string): Promise<void>
  /** What happens to all of it when Redis comes back empty. */
  loseAll(): Promise<void>
  /** Closes what was opened, and leaves nothing behind. */
  stop(): Promise<void>
}

export async function ownKeys(url: string): Promise<OwnKeys> {
  const prefix = `${randomUUID()}:`
  const opened: Cache[] = []
  const stranger = createClient({ url })
  stranger.on('error', () => undefined)
  await stranger.connect()
  const names = () => stranger.keys(`${prefix}*`)
  const loseAll = async () => {
    for (const name of await names()) await stranger.del(name)
  }
  return {
    prefix,
    async open({ through = url, ready = true, ...options } = {}) {
      const cache = await openCache(through, {
        now: () => new Date(),
        secret: 'a secret of the test',
        prefix,
        onFault: () => undefined,
        ...options,
      })
      opened.push(cache)
      if (ready) await connected(cache)
      return cache
    },
    keys: async () =>
      Promise.all((await names()).map(async (key) => ({ key, leftMilliseconds: await stranger.pTTL(key) }))),
    spoil: async (key) => void (await stranger.set(key, 'spoiled', { expiration: { type: 'EX', value: 60 } })),
    loseAll,
    async stop() {
      await Promise.all(opened.map((cache) => cache.close()))
      await loseAll()
      stranger.destroy()
    },
  }
}

/** A new connection rings every bell that somebody listens to. */
async function connected(cache: Cache): Promise<void> {
  const bell = `connected ${randomUUID()}`
  await new Promise<void>((resolve) => {
    const stop = cache.onRing(bell, () => {
      stop()
      resolve()
    })
  })
}
