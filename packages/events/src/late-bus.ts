import { setTimeout as delay } from 'node:timers/promises'
import type { EventBus, Stop } from './bus.js'

export interface LateBus extends EventBus {
  /** Settles when whoever has subscribed or listens until now is connected. */
  readonly connected: () => Promise<void>
}

const tryAgainMilliseconds = 1_000

/**
 * A bus whose broker may come later than the process, or go before it has come: who subscribes or listens does not wait
 * for it, and is connected as soon as it is there. A room that needs no event to answer opens without one.
 */
export function lateBus(bus: EventBus, onFault: (error: unknown) => void): LateBus {
  const connections = new Set<Promise<unknown>>()

  function later(connect: () => Promise<Stop>): Stop {
    const stopping = new AbortController()
    let stop: Stop | undefined
    const connection = connectUntilStopped(connect, stopping.signal, onFault).then((connected) => {
      stop = connected
    })
    connections.add(connection)
    return async () => {
      stopping.abort()
      connections.delete(connection)
      await stop?.()
    }
  }

  return {
    publicationsInFlight: bus.publicationsInFlight,
    publish: (topic, events) => bus.publish(topic, events),
    subscribe: async (subscription) => later(() => bus.subscribe(subscription)),
    tail: async (topics, listen) => later(() => bus.tail(topics, listen)),
    connected: async () => void (await Promise.all(connections)),
  }
}

/** What connects after the stop is stopped at once: nobody waits for it, as a broker that is away takes its time. */
async function connectUntilStopped(
  connect: () => Promise<Stop>,
  stopping: AbortSignal,
  onFault: (error: unknown) => void,
): Promise<Stop | undefined> {
  while (!stopping.aborted) {
    try {
      const stop = await connect()
      if (!stopping.aborted) return stop
      await stop()
    } catch (error) {
      if (stopping.aborted) return undefined
      onFault(error)
      await delay(tryAgainMilliseconds, undefined, { signal: stopping }).catch(() => undefined)
    }
  }
  return undefined
}
