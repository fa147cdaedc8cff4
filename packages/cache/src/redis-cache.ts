import { createHmac, randomUUID } from 'node:crypto'
import type { Cache, Counted, Noted, Remembered } from './cache.js'
import { memoryCounts } from './memory-cache.js'
import type { CacheOptions } from './open-cache.js'
import { connectRedis, type RedisClient } from './redis-connection.js'

const defaultPrefix = 'caregraph:'
/** Longer than anything is remembered: a generation that is gone takes all that was remembered in it along. */
const generationSeconds = 86_400

/**
 * The cache that all copies share. While Redis is away each process counts for itself, remembers nothing and hears no
 * bell. Its own counts go along all the time, so that they do not begin at nothing when Redis goes.
 */
export function redisCache(url: string, { now, secret = '', prefix = defaultPrefix, onFault }: CacheOptions): Cache {
  const own = memoryCounts(now)
  const bells = new Map<string, Set<() => void>>()
  /** Topics that were forgotten while Redis was away: others may still be answered from them. */
  const unforgotten = new Set<string>()

  const hashed = (kind: string, key: string): string => {
    const hash = createHmac('sha256', secret).update(`${kind} ${key}`).digest('base64url')
    return `${prefix}${kind}:${hash}`
  }
  const generationOf = (topic: string) => `${prefix}generation:${topic}`
  const bellOf = (bell: string) => `${prefix}bell:${bell}`
  const tellListeners = (bell: string) => bells.get(bell)?.forEach((listen) => void listen())
  const newGeneration = (client: RedisClient, topic: string) =>
    client.set(generationOf(topic), randomUUID(), { expiration: { type: 'EX', value: generationSeconds } })
  const tellForgotten = async (client: RedisClient) => {
    for (const topic of [...unforgotten]) {
      // Before it is sent: what is forgotten from here on may come too late for it.
      unforgotten.delete(topic)
      await newGeneration(client, topic).catch((error: unknown) => {
        unforgotten.add(topic)
        throw error
      })
    }
  }

  const redis = connectRedis({
    url,
    onFault,
    async prepare(client) {
      await client.pSubscribe(`${bellOf('')}*`, (_, channel) => tellListeners(channel.slice(bellOf('').length)))
      await tellForgotten(client)
    },
    onConnected() {
      for (const bell of bells.keys()) tellListeners(bell)
    },
  })

  return {
    async countInWindow(key, windowMilliseconds): Promise<Counted> {
      const alone = own.countInWindow(key, windowMilliseconds)
      const at = now().getTime()
      const shared = await redis.ask((client) =>
        client.eval(countScript, {
          keys: [hashed('window', key)],
          arguments: [String(at), String(windowMilliseconds)],
        }),
      )
      if (shared === undefined) return alone
      const [count, endsAt] = (shared as [unknown, unknown]).map(Number) as [number, number]
      return { count, endsInMilliseconds: endsAt - at }
    },

    async note(limits, windowMilliseconds): Promise<Noted> {
      const alone = own.note(limits, windowMilliseconds)
      // What this process has seen itself is true, also after a Redis that came back empty.
      if (alone.takeBack === undefined) return alone
      const keys = limits.map(({ key }) => hashed('notes', key))
      const id = randomUUID()
      const at = now().getTime()
      const shared = await redis.ask((client) =>
        client.eval(noteScript, {
          keys,
          arguments: [String(at), String(windowMilliseconds), id, ...limits.map(({ most }) => String(most))],
        }),
      )
      if (shared !== undefined && Number(shared) > 0) {
        await alone.takeBack()
        return { takeBack: undefined, freeInMilliseconds: Number(shared) }
      }
      return {
        async takeBack() {
          await alone.takeBack()
          await redis.ask((client) => Promise.all(keys.map((key) => client.zRem(key, id))))
        },
      }
    },

    async remember<Value>({ topic, key, seconds }: Remembered, load: () => Promise<Value>): Promise<Value> {
      const jsonOf = async () => JSON.stringify(await load())
      const named = hashed(`of:${topic}`, key)
      if (unforgotten.size > 0) await redis.ask(tellForgotten)
      const found = unforgotten.has(topic)
        ? undefined
        : await redis.ask((client) => generationAndValue(client, generationOf(topic), named))
      if (found === undefined) return JSON.parse(await jsonOf()) as Value
      if (found.json !== undefined) return JSON.parse(found.json) as Value
      const json = await jsonOf()
      // Under the generation from before the load: if the topic was forgotten meanwhile, nobody reads it.
      await redis.ask((client) =>
        client.set(named, found.generation + json, { expiration: { type: 'EX', value: seconds } }),
      )
      return JSON.parse(json) as Value
    },

    async forget(topic) {
      const told = await redis.ask((client) => newGeneration(client, topic))
      if (told === undefined) unforgotten.add(topic)
    },

    ring(bell) {
      tellListeners(bell)
      void redis.ask((client) => client.publish(bellOf(bell), ''))
    },

    onRing(bell, listen) {
      const listeners = bells.get(bell) ?? new Set()
      bells.set(bell, listeners.add(listen))
      return () => void listeners.delete(listen)
    },

    close: () => redis.close(),
  }
}

/** The topic's generation, which is made where there is none, and the value where it is of that generation. */
async function generationAndValue(
  client: RedisClient,
  generationKey: string,
  valueKey: string,
): Promise<{ generation: string; json: string | undefined }> {
  const [known, value] = await client.mGet([generationKey, valueKey])
  if (known) return { generation: known, json: value?.startsWith(known) ? value.slice(known.length) : undefined }
  const made = randomUUID()
  const others = await client.set(generationKey, made, {
    condition: 'NX',
    GET: true,
    expiration: { type: 'EX', value: generationSeconds },
  })
  return { generation: others ?? made, json: undefined }
}

/** Time is the caller's, as everywhere in the house; Redis only forgets by its own, a window later at the earliest. */
const countScript = `
local at, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local ends = tonumber(redis.call('HGET', KEYS[1], 'ends'))
if not ends or ends <= at then
  ends = at + window
  redis.call('HSET', KEYS[1], 'ends', string.format('%d', ends), 'count', 0)
  redis.call('PEXPIRE', KEYS[1], window)
end
return { redis.call('HINCRBY', KEYS[1], 'count', 1), string.format('%d', ends) }`

/** Answers after how many milliseconds there is a place again, or 0 when it was noted. */
const noteScript = `
local at, window, id = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', at - window)
  if redis.call('ZCARD', key) >= tonumber(ARGV[3 + i]) then
    local oldest = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
    return math.max(1, (tonumber(oldest[2]) or at) + window - at)
  end
end
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, ARGV[1], id)
  redis.call('PEXPIRE', key, window)
end
return 0`
