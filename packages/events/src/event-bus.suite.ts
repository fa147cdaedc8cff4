import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EventBus } from './bus.js'
import type { AnyEvent } from './event.js'

const soon = { timeout: 15_000, interval: 5 }

/** What every bus must hold. `open` makes one on which nothing was published yet. */
export function eventBusSuite(name: string, open: () => Promise<{ bus: EventBus; close: () => Promise<void> }>): void {
  describe(`events on ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>
    let bus: EventBus
    beforeEach(async () => {
      opened = await open()
      bus = opened.bus
    })
    afterEach(() => opened.close())

    /** Takes what comes, after `before` has let it. */
    async function join(group: string, topics: string[], before = async (_: AnyEvent): Promise<void> => undefined) {
      const handled: AnyEvent[] = []
      const leave = await bus.subscribe({
        group,
        topics,
        handle: async (event) => {
          await before(event)
          handled.push(event)
        },
      })
      return { handled, leave }
    }

    it('come to every group that asked for their topic, and to no other', async () => {
      const billing = await join('billing', ['appointment-events', 'patient-events'])
      const analytics = await join('analytics', ['patient-events'])
      const auth = await join('auth', ['doctor-events'])
      const [registered, booked] = [anEvent(), anEvent()]
      await Promise.all([bus.publish('patient-events', [registered]), bus.publish('appointment-events', [booked])])
      await vi.waitUntil(() => billing.handled.length === 2 && analytics.handled.length === 1, soon)
      expect(new Set(idsOf(billing.handled))).toEqual(new Set(idsOf([registered, booked])))
      expect(idsOf(analytics.handled)).toEqual([registered.id])
      expect(auth.handled).toEqual([])
    })

    it('arrive as they were sent', async () => {
      const { handled } = await join('billing', ['patient-events'])
      const event = anEvent()
      await bus.publish('patient-events', [event])
      await vi.waitUntil(() => handled.length === 1, soon)
      expect(handled).toEqual([event])
    })

    it('of one subject are handled in their order, one after the other', async () => {
      const underWay = new Map<string, number>()
      let most = 0
      const { handled } = await join('billing', ['patient-events'], async ({ subject }) => {
        underWay.set(subject, (underWay.get(subject) ?? 0) + 1)
        most = Math.max(most, underWay.get(subject) ?? 0)
        await new Promise((resolve) => setImmediate(resolve))
        underWay.set(subject, (underWay.get(subject) ?? 0) - 1)
      })
      const subjects = Array.from({ length: 10 }, () => randomUUID())
      const events = Array.from({ length: 30 }, (_, round) => subjects.map((subject) => anEvent(subject, round))).flat()
      const published: Promise<void>[] = []
      for (let from = 0; from < events.length; from += 25) {
        const publication = bus.publish('patient-events', events.slice(from, from + 25))
        published.push(publication)
        if (published.length % bus.publicationsInFlight === 0) await publication
      }
      await Promise.all(published)
      await vi.waitUntil(() => handled.length === events.length, soon)
      expect(most).toBe(1)
      for (const subject of subjects) {
        const sent = events.filter((event) => event.subject === subject)
        expect(idsOf(handled.filter((event) => event.subject === subject))).toEqual(idsOf(sent))
      }
    })

    it('come again until their handler has ended well, and those behind them in the subject wait', async () => {
      const [first, second] = [anEvent(), anEvent()]
      let refusals = 2
      const { handled } = await join('billing', ['patient-events'], async ({ id }) => {
        if (id === first.id && refusals-- > 0) throw new TypeError('the database is away')
      })
      const later = anEvent(first.subject)
      const published = bus.publish('patient-events', [first, later, second])
      await vi.waitUntil(() => handled.length === 3, soon)
      await published
      expect(refusals).toBe(-1)
      expect(idsOf(handled.filter(({ subject }) => subject === first.subject))).toEqual([first.id, later.id])
    })

    it('wait for a group that has left', async () => {
      const before = await join('billing', ['patient-events'])
      await bus.publish('patient-events', [anEvent()])
      await vi.waitUntil(() => before.handled.length === 1, soon)
      await before.leave()
      const missed = [anEvent(), anEvent()]
      const published = bus.publish('patient-events', missed)
      const after = await join('billing', ['patient-events'])
      await vi.waitUntil(() => after.handled.length >= 2, soon)
      await published
      expect(before.handled).toHaveLength(1)
      expect(new Set(idsOf(after.handled))).toEqual(new Set(idsOf(missed)))
    })

    it('are handled to their end before a group has left, and none is begun after', async () => {
      let mayEnd = (): void => undefined
      const end = new Promise<void>((resolve) => {
        mayEnd = resolve
      })
      let began = 0
      const before = await join('billing', ['patient-events'], async () => {
        began++
        await end
      })
      const events = Array.from({ length: 12 }, () => anEvent())
      const published = bus.publish('patient-events', events)
      await vi.waitUntil(() => began > 0, soon)
      const left = before.leave()
      mayEnd()
      await left
      expect(before.handled).toHaveLength(began)

      const after = await join('billing', ['patient-events'])
      await vi.waitUntil(() => new Set(idsOf([...before.handled, ...after.handled])).size === events.length, soon)
      expect(before.handled).toHaveLength(began)
      await published
    })

    it('come to whoever listens from then on, in the order of each subject, and to nobody who has stopped', async () => {
      const heard: AnyEvent[] = []
      const onListening = vi.fn()
      const stop = await bus.tail(['patient-events'], (event) => heard.push(event), onListening)
      expect(onListening).toHaveBeenCalledOnce()
      const subject = randomUUID()
      const events = [anEvent(subject), anEvent(), anEvent(subject)]
      await bus.publish('patient-events', events)
      await bus.publish('doctor-events', [anEvent()])
      await vi.waitUntil(() => heard.length === 3, soon)
      await stop()
      const { handled } = await join('billing', ['patient-events'])
      await bus.publish('patient-events', [anEvent()])
      await vi.waitUntil(() => handled.length > 0, soon)
      expect(idsOf(heard.filter((event) => event.subject === subject))).toEqual(
        idsOf(events.filter((event) => event.subject === subject)),
      )
      expect(heard).toHaveLength(3)
    })
  })
}

const idsOf = (events: readonly AnyEvent[]): string[] => events.map(({ id }) => id)

export function anEvent(subject: string = randomUUID(), version = 1): AnyEvent {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: '/caregraph/patient',
    type: 'PatientUpdated',
    subject,
    time: '2027-03-01T09:00:00.000Z',
    datacontenttype: 'application/json',
    data: { patientId: subject, version },
  }
}
