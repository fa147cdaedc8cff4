import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
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

/** A way to a server that can be cut, or swallow all that is said without a word. */
export interface Way {
  readonly url: string
  pass(): void
  /** Ends all connections, and takes no others. */
  cut(): void
  /** Leaves all connections open, takes others, and passes nothing on. */
  swallow(): void
  stop(): Promise<void>
}

export async function wayTo(url: string): Promise<Way> {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  let manner: 'pass' | 'cut' | 'swallow' = 'pass'
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket)).on('error', () => undefined)
    return socket
  }
  const server = createServer((socket) => {
    if (manner === 'cut') return void socket.destroy()
    const client = keep(socket)
    const target = keep(connect(Number(port), hostname))
    client.on('data', (bytes) => manner === 'pass' && target.write(bytes))
    target.on('data', (bytes) => manner === 'pass' && client.write(bytes))
    client.once('close', () => target.destroy())
    target.once('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pass() {
      manner = 'pass'
    },
    cut() {
      manner = 'cut'
      destroyAll()
    },
    swallow() {
      manner = 'swallow'
    },
    async stop() {
      destroyAll()
      server.close()
      await once(server, 'close')
    },
  }
}
