import { describe, expect, it } from 'vitest'
import type { EventBus, Stop } from './bus.js'
import { lateBus } from './late-bus.js'
import { createLocalBus } from './local-bus.js'

/** A bus whose broker is away for so many tries, and then comes when it is let in. */
function awayFor(tries: number): { bus: EventBus; comes: () => void; stops: number[]; asked: () => number } {
  const local = createLocalBus()
  let asked = 0
  const stops: number[] = []
  let comes: () => void = () => undefined
  const arrival = new Promise<void>((resolve) => {
    comes = resolve
  })
  const tail: EventBus['tail'] = async (topics, listen): Promise<Stop> => {
    asked++
    if (asked <= tries) throw new Error('away')
    await arrival
    const stop = await local.tail(topics, listen)
    return async () => {
      stops.push(asked)
      await stop()
    }
  }
  return { bus: { ...local, tail }, comes, stops, asked: () => asked }
}

describe('a bus that comes late', () => {
  it('lets nobody wait who listens, and connects him when it comes', async () => {
    const { bus, comes } = awayFor(1)
    const faults: unknown[] = []
    const late = lateBus(bus, (fault) => faults.push(fault))
    const heard: unknown[] = []
    const stop = await late.tail(['patient-events'], (event) => heard.push(event))
    let isConnected = false
    const connected = late.connected().then(() => {
      isConnected = true
    })
    expect(isConnected).toBe(false)
    comes()
    await connected
    expect(faults).toHaveLength(1)
    await late.publish('patient-events', [{} as never])
    expect(heard).toHaveLength(1)
    await stop()
    await late.publish('patient-events', [{} as never])
    expect(heard).toHaveLength(1)
  })

  it('stops at once who has not been connected, and leaves no connection that comes after', async () => {
    const { bus, comes, stops } = awayFor(0)
    const late = lateBus(bus, () => expect.fail('nothing failed'))
    const stop = await late.tail(['patient-events'], () => undefined)
    const connected = late.connected()
    await stop()
    expect(stops).toEqual([])
    comes()
    await connected
    expect(stops).toEqual([1])
  })
})
