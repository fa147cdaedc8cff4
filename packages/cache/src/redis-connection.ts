import { setTimeout as delay } from 'node:timers/promises'
import { createClient, ErrorReply, type RedisClientType } from '@redis/client'

/** A command that took longer belongs to a Redis that is cut off or stuck: the connection is given up. */
const answerWithinMilliseconds = 250
const connectWithinMilliseconds = 2_000
const shortestPauseMilliseconds = 100
const longestPauseMilliseconds = 2_000
/** What waits for an answer at the same time; beyond that a process helps itself. */
const mostWaiting = 1_000
const tellAgainMilliseconds = 60_000

export type RedisClient = RedisClientType

export interface RedisConnection {
  /** The command's answer; nothing, and at once, while Redis is away, and where it refuses or does not answer in time. */
  ask<Answer>(command: (client: RedisClient) => Promise<Answer>): Promise<Answer | undefined>
  close(): Promise<void>
}

/** Redis did not answer in time. */
class Silent extends Error {
  override readonly name = 'Silent'
}

/**
 * One connection, made again in the background for as long as it takes. The client's own reconnecting is not used: it
 * waits without an end for a greeting that never comes, and its deadlines end when a command has been written.
 * Throws where the URL is none of a Redis.
 * @param prepare is done with each new connection before anything else is asked of it
 */
export function connectRedis(options: {
  url: string
  prepare: (client: RedisClient) => Promise<void>
  onConnected: () => void
  onFault: (error: unknown) => void
}): RedisConnection {
  const closing = new AbortController()
  let current: RedisClient | undefined
  /** Ends the connection of the moment, whatever it is at. */
  let giveUp: (reason: unknown) => void = () => undefined
  let waiting = 0
  let toldAt = Number.NEGATIVE_INFINITY

  const tell = (error: unknown) => {
    if (closing.signal.aborted || performance.now() < toldAt + tellAgainMilliseconds) return
    toldAt = performance.now()
    options.onFault(error)
  }

  async function keepConnected(first: RedisClient): Promise<void> {
    let client = first
    let pause = shortestPauseMilliseconds
    while (!closing.signal.aborted) {
      const lost = new Promise<never>((_, reject) => {
        giveUp = reject
        client.on('error', reject)
      })
      try {
        const prepared = client.connect().then(() => options.prepare(client))
        await Promise.race([within(connectWithinMilliseconds, prepared), lost])
        current = client
        pause = shortestPauseMilliseconds
        options.onConnected()
        await lost
      } catch (error) {
        tell(error)
      } finally {
        current = undefined
        client.destroy()
      }
      await delay(pause, undefined, { signal: closing.signal, ref: false }).catch(() => undefined)
      pause = Math.min(pause * 2, longestPauseMilliseconds)
      client = newClient(options.url)
    }
  }
  const connection = keepConnected(newClient(options.url))

  return {
    async ask(command) {
      const client = current
      if (client === undefined || waiting >= mostWaiting) return undefined
      waiting++
      try {
        return await within(answerWithinMilliseconds, command(client))
      } catch (error) {
        tell(error)
        if (!(error instanceof ErrorReply) && client === current) {
          // At once: nobody else is to wait for it.
          current = undefined
          giveUp(error)
        }
        return undefined
      } finally {
        waiting--
      }
    },

    async close() {
      closing.abort()
      giveUp(closing.signal.reason)
      await connection
    },
  }
}

function newClient(url: string): RedisClient {
  return createClient({
    url,
    socket: { reconnectStrategy: false, connectTimeout: connectWithinMilliseconds },
    disableOfflineQueue: true,
    // Its own deadline makes an AbortSignal for each command, and is over when the command is written.
    commandOptions: { timeout: 0 },
    maintNotifications: 'disabled',
    disableClientInfo: true,
  }) as RedisClient
}

/** Rejects with Silent when the time is over. What the process itself was too busy to read by then still counts. */
function within<Answer>(milliseconds: number, answer: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => setImmediate(() => reject(new Silent(`Redis did not answer within ${milliseconds} ms`))),
      milliseconds,
    )
    answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
