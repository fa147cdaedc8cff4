import { randomUUID } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import type { AnyEvent } from './event.js'
import { anEvent, eventBusSuite } from './event-bus.suite.js'
import { createLocalBus } from './local-bus.js'

eventBusSuite('the local bus', async () => ({ bus: createLocalBus(), close: async () => undefined }))

const soon = { timeout: 5_000, interval: 5 }

/** A group that handles what `handle` lets through, and a list of that. */
async function join(bus: ReturnType<typeof createLocalBus>, group: string, handle: (event: AnyEvent) => Promise<void>) {
  const handled: AnyEvent[] = []
  await bus.subscribe({
    group,
    topics: ['patient-events'],
    handle: async (event) => {
      await handle(event)
      handled.push(event)
    },
  })
  return handled
}

const never = new Promise<void>(() => undefined)
const atOnce = async (): Promise<void> => undefined

describe('the local bus', () => {
  it('lets a subject whose handler never ends, or always fails, delay no other', async () => {
    const bus = createLocalBus()
    const [slow, failing] = [randomUUID(), randomUUID()]
    const handled = await join(bus, 'billing', async ({ subject }) => {
      if (subject === slow) await never
      if (subject === failing) throw new Error('always')
    })
    const others = Array.from({ length: 100 }, () => anEvent())
    const stuck = [slow, failing].flatMap((subject) => [anEvent(subject), anEvent(subject), anEvent(subject)])
    void bus.publish('patient-events', [...stuck, ...others])
    await vi.waitUntil(() => handled.length === others.length, soon)
    expect(handled).toEqual(others)
  })

  it('lets a group that is stuck delay no other group', async () => {
    const bus = createLocalBus()
    await join(bus, 'billing', () => never)
    const handled = await join(bus, 'analytics', atOnce)
    void bus.publish(
      'patient-events',
      Array.from({ length: 50 }, () => anEvent()),
    )
    await vi.waitUntil(() => handled.length === 50, soon)
  })

  it('hands a group no more than four events at once, for the sake of its database connections', async () => {
    const bus = createLocalBus()
    let atWork = 0
    let most = 0
    const handled = await join(bus, 'billing', async () => {
      most = Math.max(most, ++atWork)
      await new Promise((resolve) => setImmediate(resolve))
      atWork--
    })
    await bus.publish(
      'patient-events',
      Array.from({ length: 40 }, () => anEvent()),
    )
    expect([handled.length, most]).toEqual([40, 4])
  })

  it('has published only when each group has dealt with it, so that the outbox keeps it until then', async () => {
    const bus = createLocalBus()
    let mayEnd = (): void => undefined
    const end = new Promise<void>((resolve) => {
      mayEnd = resolve
    })
    await join(bus, 'analytics', atOnce)
    const handled = await join(bus, 'billing', () => end)
    const published = bus.publish('patient-events', [anEvent()]).then(() => handled.length)
    mayEnd()
    expect(await published).toBe(1)
  })

  it('keeps what comes before a group that is known to come', async () => {
    const bus = createLocalBus({ groups: ['billing'] })
    const early = [anEvent(), anEvent()]
    const published = bus.publish('patient-events', early)
    const handled = await join(bus, 'billing', atOnce)
    await published
    expect(handled).toEqual(early)
  })

  it('handles the same event once more when it is published once more, after the first time', async () => {
    const bus = createLocalBus()
    let mostAtOnce = 0
    let atWork = 0
    const handled = await join(bus, 'billing', async () => {
      mostAtOnce = Math.max(mostAtOnce, ++atWork)
      await new Promise((resolve) => setImmediate(resolve))
      atWork--
    })
    const event = anEvent()
    await Promise.all([bus.publish('patient-events', [event]), bus.publish('patient-events', [event])])
    expect(handled).toEqual([event, event])
    expect(mostAtOnce).toBe(1)
  })
})
