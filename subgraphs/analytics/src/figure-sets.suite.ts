import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CountedEvent, changesOf } from './changes-of-event.js'
import { type FigureSets, statisticsIn } from './figure-sets.js'
import { oneOf, randomEvent, randomFrom } from './random-events.js'
import { RebuildOvertaken, type Replay, rebuildFigures } from './rebuild-figures.js'
import type { StatisticsStore } from './statistics-store.js'
import { aChange, anEvent, plain, texts } from './statistics-store.suite.js'

const timeZone = 'America/New_York'
const year = { from: '2026-01-01', to: '2026-12-31' }

/** What all sets of figures must hold. `open` makes empty ones, and opens them once more for each copy of a process. */
export function figureSetsSuite(
  name: string,
  open: () => Promise<{ copy: () => Promise<FigureSets>; close: () => Promise<void> }>,
): void {
  describe(`sets of figures in ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>
    let sets: FigureSets
    let store: StatisticsStore
    beforeAll(async () => {
      opened = await open()
      sets = await opened.copy()
      store = statisticsIn(sets)
    })
    afterAll(() => opened.close())

    const count = (to: StatisticsStore, day: string, event = anEvent()) =>
      to.count([{ ...event, changes: [aChange({ day })] }])
    const bookedOn = async (day: string, of: StatisticsStore = store) =>
      texts((await of.sumsOfClinic({ from: day, to: day })).byDay.get(day) ?? [])

    it('answer the old figures until the new ones are finished, and count what happens meanwhile in both', async () => {
      const day = '2021-01-01'
      await count(store, day)
      await count(store, day)
      const rebuild = await sets.beginRebuild()
      const meanwhile = anEvent()
      await count(store, day, meanwhile)
      await count(rebuild.store, day, meanwhile)
      await count(rebuild.store, day)
      expect([await bookedOn(day), await bookedOn(day, rebuild.store)]).toEqual([
        ['appointmentsBooked 3'],
        ['appointmentsBooked 2'],
      ])
      expect(await rebuild.finish()).toBe(true)
      expect(await bookedOn(day)).toEqual(['appointmentsBooked 2'])
      await count(store, day)
      expect(await bookedOn(day)).toEqual(['appointmentsBooked 3'])
    })

    it('are as they were after a rebuild that was given up, and the next one begins with nothing', async () => {
      const day = '2021-01-02'
      await count(store, day)
      const first = await sets.beginRebuild()
      await count(first.store, day)
      await first.abandon()
      expect([await bookedOn(day), await first.isUnderWay(), await first.finish()]).toEqual([
        ['appointmentsBooked 1'],
        false,
        false,
      ])
      const second = await sets.beginRebuild()
      expect(await bookedOn(day, second.store)).toEqual([])
      await second.abandon()
    })

    it('know one rebuild at a time: the later one is it', async () => {
      const day = '2021-01-03'
      await count(store, day)
      const first = await sets.beginRebuild()
      const second = await (await opened.copy()).beginRebuild()
      expect([await first.isUnderWay(), await second.isUnderWay()]).toEqual([false, true])
      expect(await first.finish()).toBe(false)
      await first.abandon()
      expect(await second.isUnderWay()).toBe(true)
      await count(second.store, day)
      await count(second.store, day)
      expect(await second.finish()).toBe(true)
      expect(await bookedOn(day)).toEqual(['appointmentsBooked 2'])
    })

    it('stay as they are where a rebuild fails, and where another overtakes it', async () => {
      const day = '2021-01-04'
      await count(store, day)
      const failing: Replay = () => Promise.reject(new Error('the broker is away'))
      await expect(rebuildFigures(sets, failing, timeZone)).rejects.toThrow('the broker is away')
      const overtaken: Replay = async (_, take) => {
        await sets.beginRebuild()
        await take([randomEvent(randomFrom(1))])
      }
      await expect(rebuildFigures(sets, overtaken, timeZone)).rejects.toThrow(RebuildOvertaken)
      expect(await bookedOn(day)).toEqual(['appointmentsBooked 1'])
    })

    it('have every event once after three rebuilds, while three copies count and every event comes twice', async () => {
      const random = randomFrom(20_260_721)
      const events = Array.from({ length: 900 }, () => randomEvent(random))
      const topic: CountedEvent[] = []
      const copies = await Promise.all([1, 2, 3].map(async () => statisticsIn(await opened.copy())))
      const delivering = Promise.all(
        copies.map(async (copy, index) => {
          for (const event of events.filter((_, place) => place % copies.length === index)) {
            // First it is in the topic, then it is delivered.
            topic.push(event)
            await deliver(copy, event)
            await deliver(oneOf(random, copies), event)
          }
        }),
      )
      const replay: Replay = async (_, take) => {
        const end = topic.length
        for (let from = 0; from < end; from += 40) await take(topic.slice(from, Math.min(from + 40, end)))
      }
      for (let rebuilds = 0; rebuilds < 3; rebuilds++) {
        await rebuildFigures(sets, replay, timeZone)
        await delay(50)
      }
      await delivering
      const direct = await sets.beginRebuild()
      for (const event of events) await deliver(direct.store, event)
      expect(await answersOf(store)).toEqual(await answersOf(direct.store))
      await direct.abandon()
    })
  })
}

const deliver = (store: StatisticsStore, event: CountedEvent) =>
  store.count([{ id: event.id, time: event.time, changes: changesOf(event, timeZone) }].filter(countsAtAll))

const countsAtAll = ({ changes }: { changes: readonly unknown[] }) => changes.length > 0

async function answersOf(store: StatisticsStore) {
  const { asOf, byDay, byDoctor, byServiceType, byHourOfWeek } = await store.sumsOfClinic(year)
  return [asOf, ...[byDay, byDoctor, byServiceType, byHourOfWeek].map((group) => plain(group))]
}
