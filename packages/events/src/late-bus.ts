import { setTimeout as delay } from 'node:timers/promises'
import type { EventBus, Stop } from './bus.js'

export interface LateBus extends EventBus {
  /** Settles when whoever listens until now is connected. A group is told later of what it has missed; a listener never. */
  readonly listening: () => Promise<void>
}

const tryAgainMilliseconds = 1_000

/**
 * A bus whose broker may come later than the process, or go before it has come: who subscribes or listens does not wait
 * for it, and is connected as soon as it is there. A room that needs no event to answer opens without one.
 */
export function lateBus(bus: EventBus, onFault: (error: unknown) => void): LateBus {
  const listeners = new Set<Promise<void>>()

  function later(connect: () => Promise<Stop>): { stop: Stop; connection: Promise<void> } {
    const stopping = new AbortController()
    let stop: Stop | undefined
    const connection = connectUntilStopped(connect, stopping.signal, onFault).then((connected) => {
      stop = connected
    })
    return {
      connection,
      async stop() {
        stopping.abort()
        await stop?.()
      },
    }
  }

  return {
    publicationsInFlight: bus.publicationsInFlight,
    publish: (topic, events) => bus.publish(topic, events),
    subscribe: async (subscription) => later(() => bus.subscribe(subscription)).stop,
    async tail(topics, listen, onListening) {
      const { connection, stop } = later(() => bus.tail(topics, listen, onListening))
      listeners.add(connection)
      return async () => {
        listeners.delete(connection)
        await stop()
      }
    },
    listening: async () => void (await Promise.all(listeners)),
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
