import { describe, expect, it, vi } from 'vitest'
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
  const tail: EventBus['tail'] = async (topics, listen, onListening): Promise<Stop> => {
    asked++
    if (asked <= tries) throw new Error('away')
    await arrival
    const stop = await local.tail(topics, listen, onListening)
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
    const onListening = vi.fn()
    const stop = await late.tail(['patient-events'], (event) => heard.push(event), onListening)
    let isListening = false
    const listening = late.listening().then(() => {
      isListening = true
    })
    expect(isListening).toBe(false)
    expect(onListening).not.toHaveBeenCalled()
    comes()
    await listening
    expect(onListening).toHaveBeenCalledOnce()
    expect(faults).toHaveLength(1)
    await late.publish('patient-events', [{} as never])
    expect(heard).toHaveLength(1)
    await stop()
    await late.publish('patient-events', [{} as never])
    expect(heard).toHaveLength(1)
  })

  it('tells who listens that he does, also while a group waits for its turn', async () => {
    const { bus, comes } = awayFor(0)
    const subscribe = () => new Promise<never>(() => undefined)
    const late = lateBus({ ...bus, subscribe }, () => expect.fail('nothing failed'))
    await late.subscribe({ group: 'billing', topics: ['patient-events'], handle: async () => undefined })
    await late.tail(['patient-events'], () => undefined)
    comes()
    await late.listening()
  })

  it('stops at once who has not been connected, and leaves no connection that comes after', async () => {
    const { bus, comes, stops } = awayFor(0)
    const late = lateBus(bus, () => expect.fail('nothing failed'))
    const stop = await late.tail(['patient-events'], () => undefined)
    const listening = late.listening()
    await stop()
    expect(stops).toEqual([])
    comes()
    await listening
    expect(stops).toEqual([1])
  })
})
