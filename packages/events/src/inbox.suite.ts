import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EventBus, Stop } from './bus.js'
import { type ConsumerOptions, startConsumer } from './consumer.js'
import type { AnyEvent, CareEvent } from './event.js'
import { anEvent } from './event-bus.suite.js'
import type { Inbox } from './inbox.js'
import type { InboxUnderTest } from './inbox-testing.js'
import { createLocalBus } from './local-bus.js'

export const soon = { timeout: 20_000, interval: 10 }
export const triesBeforeDeath = 3

export type Handle<Tx> = (event: CareEvent<'PatientUpdated'>, tx: Tx) => Promise<void>

/** A copy of a consumer on a bus of its own, as each process has one. */
export async function startCopy<Tx>(inbox: Inbox<Tx>, handle: Handle<Tx>, options: Partial<ConsumerOptions<Tx>> = {}) {
  const bus = createLocalBus()
  const letters: { eventId: string; reason: string }[] = []
  const faults: unknown[] = []
  const stop = await startConsumer<Tx>({
    name: 'billing',
    inbox,
    bus,
    handlers: { PatientUpdated: handle },
    now: () => new Date(),
    retryMilliseconds: Array.from({ length: triesBeforeDeath - 1 }, () => 5),
    handlerMilliseconds: 300,
    onDeadLetter: (letter) => letters.push(letter),
    onFault: (fault) => faults.push(fault),
    ...options,
  })
  return { publish: (...events: AnyEvent[]) => bus.publish('patient-events', events), letters, faults, stop }
}

export const idsOf = (events: readonly AnyEvent[]) => events.map(({ id }) => id)

/** What every inbox must hold, seen through the consumer that uses it. */
export function inboxSuite<Tx>(name: string, open: () => Promise<InboxUnderTest<Tx>>): void {
  describe(`the inbox in ${name}`, () => {
    let opened: InboxUnderTest<Tx>
    let inbox: Inbox<Tx>
    const stops: Stop[] = []
    beforeEach(async () => {
      opened = await open()
      inbox = await opened.inboxOf('billing')
    })
    afterEach(async () => {
      for (const stop of stops.splice(0).reverse()) await stop()
      await opened.close()
    })

    const takeEffect = async (event: AnyEvent, tx: Tx) => void (await opened.takeEffect(tx, event, 'billing'))
    const effects = () => opened.effects()

    async function start(handle: Handle<Tx>, options?: Partial<ConsumerOptions<Tx>>) {
      const copy = await startCopy(inbox, handle, options)
      stops.push(copy.stop)
      return copy
    }

    it('lets an effect be there once, however often, from how many copies and in what order its event comes', async () => {
      const copies = [await start(takeEffect), await start(takeEffect)]
      const events = Array.from({ length: 60 }, () => anEvent())
      const deliveries = copies.flatMap(({ publish }) => [publish(...events), publish(...events.toReversed())])
      await Promise.all([...deliveries, ...copies.map(({ publish }) => publish(...events))])
      expect((await effects()).sort()).toEqual(idsOf(events).sort())
    })

    it('lets it be there once when its handler failed after it', async () => {
      let tries = 0
      const { publish } = await start(async (event, tx) => {
        await takeEffect(event, tx)
        if (++tries < triesBeforeDeath) throw new Error('after the effect')
      })
      const event = anEvent()
      await publish(event)
      await vi.waitUntil(() => tries === triesBeforeDeath, soon)
      await vi.waitUntil(async () => (await inbox.due(inTheFuture())).length === 0, soon)
      await publish(event)
      expect(await effects()).toEqual([event.id])
    })

    it('knows nothing of events without a handler', async () => {
      const { publish } = await start(takeEffect)
      const { id: patientId } = anEvent()
      await publish({ ...anEvent(), type: 'PatientArchived', data: { patientId } })
      expect([await effects(), await inbox.due(inTheFuture()), await inbox.deadLetters()]).toEqual([[], [], []])
    })

    it('belongs to one consumer: another takes its own effect of the same event', async () => {
      const billing = await start(takeEffect)
      const takeOther: Handle<Tx> = async (event, tx) => void (await opened.takeEffect(tx, event, 'analytics'))
      const analytics = await startCopy(await opened.inboxOf('analytics'), takeOther, { name: 'analytics' })
      stops.push(analytics.stop)
      const event = anEvent()
      await Promise.all([billing.publish(event), analytics.publish(event)])
      expect(await effects()).toEqual([event.id, event.id])
    })

    describe('where a handler fails', () => {
      const failures: [kind: string, fail: () => Promise<unknown> | never, reason: RegExp][] = [
        ['throws an Error', () => Promise.reject(new Error('no tariff')), /^Error: no tariff$/],
        ['throws a TypeError', () => (undefined as unknown as { name: () => never }).name(), /^TypeError: /],
        ['throws a SyntaxError', async () => JSON.parse('{'), /^SyntaxError: /],
        ['throws a text', () => Promise.reject('Ada Lovelace'), /^thrown: string$/],
        ['throws nothing', () => Promise.reject(undefined), /^thrown: undefined$/],
        ['throws what cannot be read', () => Promise.reject(Object.create(null)), /^thrown: object$/],
        ['throws a text that no database keeps', () => Promise.reject(new Error('a\0b\uD800')), /^Error: a.?b/],
        ['throws a very long text', () => Promise.reject(new Error('x'.repeat(100_000))), /^Error: x{400,500}$/],
        ['never ends', () => new Promise(() => undefined), /^Error: no end after 300 ms$/],
      ]

      it.each(failures)(
        'that %s, its event is tried three times, then dead with its reason, and delays nobody',
        async (_, fail, reason) => {
          const bad = anEvent()
          const good = Array.from({ length: 40 }, () => anEvent())
          let tries = 0
          const { publish, letters, faults } = await start(async (event, tx) => {
            if (event.id !== bad.id) return takeEffect(event, tx)
            tries++
            await fail()
          })
          await publish(...good.slice(0, 20), bad, ...good.slice(20))
          await vi.waitUntil(() => letters.length === 1, soon)

          const { id: eventId, type, subject } = bad
          expect(tries).toBe(triesBeforeDeath)
          expect(letters).toEqual([{ consumer: 'billing', eventId, type, reason: expect.stringMatching(reason) }])
          expect(await inbox.counts()).toEqual({ waiting: 0, dead: 1 })
          expect(await inbox.deadLetters()).toEqual([
            {
              ...{ consumer: 'billing', eventId, type, subject },
              receivedAt: expect.any(Date),
              tries: triesBeforeDeath,
              reason: letters[0]?.reason,
            },
          ])
          expect((await effects()).sort()).toEqual(idsOf(good).sort())
          expect(faults).toEqual([])
        },
      )

      it('none of the good events waits for many that fail', async () => {
        const bad = new Set(Array.from({ length: 50 }, () => randomUUID()))
        const { publish, letters } = await start(async (event, tx) => {
          if (bad.has(event.subject as never)) throw new Error('poison')
          await takeEffect(event, tx)
        })
        const events = [...bad].flatMap((subject) => [anEvent(subject), anEvent(), anEvent(), anEvent()])
        await publish(...events)
        expect(await effects()).toHaveLength(150)
        await vi.waitUntil(() => letters.length === 50, soon)
      })

      it('the later events of its subject wait, in their order, until it is done', async () => {
        const subject = randomUUID()
        const events = [1, 2, 3, 4].map((version) => anEvent(subject, version))
        let refusals = triesBeforeDeath - 1
        const { publish, letters } = await start(async (event, tx) => {
          if (event.data.version === 2 && refusals-- > 0) throw new Error('not yet')
          await takeEffect(event, tx)
        })
        await publish(...events)
        await vi.waitUntil(async () => (await effects()).length === 4, soon)
        expect(await effects()).toEqual(idsOf(events))
        expect(letters).toEqual([])
      })

      it('its event and those that wait behind it are counted', async () => {
        const subject = randomUUID()
        const fail = () => Promise.reject(new Error('not yet'))
        const { publish } = await start(fail, { retryMilliseconds: [3_600_000] })
        await publish(anEvent(subject, 1), anEvent(subject, 2), anEvent())
        expect(await inbox.counts()).toEqual({ waiting: 3, dead: 0 })
      })

      it('the later events of its subject go on in their order once it is dead', async () => {
        const subject = randomUUID()
        const events = [1, 2, 3, 4].map((version) => anEvent(subject, version))
        const { publish, letters } = await start(async (event, tx) => {
          if (event.data.version === 2) throw new Error('never')
          await takeEffect(event, tx)
        })
        await publish(...events)
        await vi.waitUntil(async () => (await effects()).length === 3, soon)
        expect(letters).toHaveLength(1)
        expect(await effects()).toEqual(idsOf(events.filter((_, index) => index !== 1)))
        await vi.waitUntil(async () => (await inbox.due(inTheFuture())).length === 0, soon)
        const last = anEvent(subject, 5)
        await publish(last)
        expect((await effects()).at(-1)).toBe(last.id)
      })
    })

    describe('a dead letter', () => {
      /** A consumer whose handler fails until it is mended, and an event that died of it. */
      async function aDeadLetter() {
        const mended = { isMended: false }
        const handle: Handle<Tx> = async (event, tx) => {
          if (!mended.isMended) throw new Error('no tariff')
          await takeEffect(event, tx)
        }
        const copies = [await start(handle), await start(handle)] as const
        const event = anEvent()
        await copies[0].publish(event)
        await vi.waitUntil(async () => (await inbox.deadLetters()).length === 1, soon)
        return { event, mended, copies }
      }

      it('takes effect once when it is redriven, also among several copies and when it comes once more', async () => {
        const { event, mended, copies } = await aDeadLetter()
        mended.isMended = true
        expect(await inbox.redrive(new Date(), event.id)).toBe(1)
        await vi.waitUntil(async () => (await effects()).length > 0, soon)
        await Promise.all(copies.map(({ publish }) => publish(event)))
        expect(await inbox.redrive(new Date(), event.id)).toBe(0)
        expect(await effects()).toEqual([event.id])
        expect(await inbox.deadLetters()).toEqual([])
      })

      it('is not brought back by another delivery', async () => {
        const { event, mended, copies } = await aDeadLetter()
        mended.isMended = true
        await Promise.all(copies.map(({ publish }) => publish(event)))
        expect(await effects()).toEqual([])
        expect(await inbox.deadLetters()).toHaveLength(1)
      })

      it('gets a whole new row of tries, and dies again of its new reason', async () => {
        const { event } = await aDeadLetter()
        await inbox.redrive(new Date())
        await vi.waitUntil(async () => (await inbox.deadLetters()).length === 1, soon)
        expect(await inbox.deadLetters()).toMatchObject([
          { eventId: event.id, tries: triesBeforeDeath, reason: 'Error: no tariff' },
        ])
      })

      it('is redriven alone, or with all others of its consumer', async () => {
        const { copies } = await aDeadLetter()
        await copies[0].publish(anEvent(), anEvent())
        await vi.waitUntil(async () => (await inbox.deadLetters()).length === 3, soon)
        const others = await opened.inboxOf('analytics')
        expect([await others.deadLetters(), await others.redrive(new Date())]).toEqual([[], 0])
        expect(await inbox.redrive(new Date(), randomUUID())).toBe(0)
        expect(await inbox.redrive(new Date())).toBe(3)
      })
    })

    describe('a consumer', () => {
      it('ends what it has in hand before it has stopped', async () => {
        let mayEnd = (): void => undefined
        const end = new Promise<void>((resolve) => {
          mayEnd = resolve
        })
        let began = 0
        const { publish, stop } = await start(
          async (event, tx) => {
            began++
            await end
            await takeEffect(event, tx)
          },
          { handlerMilliseconds: 10_000 },
        )
        const event = anEvent()
        void publish(event)
        await vi.waitUntil(() => began === 1, soon)
        const stopped = stop()
        mayEnd()
        await stopped
        expect(await effects()).toEqual([event.id])
      })

      it('asks the bus for the topics of its handlers, each once', async () => {
        const asked: string[][] = []
        const bus: EventBus = {
          ...createLocalBus(),
          subscribe: async ({ topics }) => {
            asked.push([...topics])
            return async () => undefined
          },
        }
        const nothing = async () => undefined
        await start(nothing, {
          bus,
          handlers: { PatientUpdated: nothing, PatientArchived: nothing, AppointmentBooked: nothing },
        })
        expect(asked).toEqual([['patient-events', 'appointment-events']])
      })
    })
  })
}

/** When everything that waits is due. */
const inTheFuture = () => new Date(Date.now() + 3_600_000)
