import type { Cache } from './cache.js'
import { memoryCache } from './memory-cache.js'

export interface CacheOptions {
  readonly now: () => Date
  /**
   * What keys are hashed with, the same in all copies. Addresses and e-mails can be guessed: by their plain SHA-256
   * whoever reads a Redis would know who signs in here. Without it they are hashed all the same.
   */
  readonly secret: string | undefined
  /** Stands before every key and bell, where several clinics share a Redis. */
  readonly prefix?: string
  /** Called when Redis has gone or refuses a command, at most once a minute: it is asked again by itself. */
  readonly onFault: (error: unknown) => void
}

/** CACHE_URL is not what it must be; the message is for the operator, and does not quote it. */
export class WrongCacheUrl extends Error {
  override readonly name = 'WrongCacheUrl'
}

/**
 * The cache at a `redis://` or `rediss://` URL, which all copies share, or without a URL the memory of this process.
 * Resolves at once: a Redis that is not there yet costs speed, and is connected to when it comes.
 * Throws WrongCacheUrl where the URL is none of a Redis.
 */
export async function openCache(url: string | undefined, options: CacheOptions): Promise<Cache> {
  if (url === undefined) return memoryCache(options.now)
  const { redisCache } = await import('./redis-cache.js')
  try {
    return redisCache(url, options)
  } catch {
    throw new WrongCacheUrl('CACHE_URL is no URL of a Redis: give redis://user:password@host:port/database.')
  }
}
