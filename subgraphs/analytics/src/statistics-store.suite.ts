import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Change, Entry, StatisticsStore, Sum } from './statistics-store.js'

/** What every store of the figures must hold. `open` makes an empty one. */
export function statisticsStoreSuite(
  name: string,
  open: () => Promise<{ store: StatisticsStore; close: () => Promise<void> }>,
): void {
  describe(`figures in ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>
    let store: StatisticsStore
    beforeAll(async () => {
      opened = await open()
      store = opened.store
    })
    afterAll(() => opened.close())

    const count = (event: Omit<Entry, 'changes'>, changes: readonly Change[]) => store.count([{ ...event, changes }])
    const doctor = randomUUID()
    const sumsOn = async (day: string) => (await store.sumsOfClinic({ from: day, to: day })).byDay.get(day) ?? []

    it('have no entry and no age where nothing was counted', async () => {
      expect(await store.sumsOfClinic({ from: '2020-01-01', to: '2020-12-31' })).toEqual({
        asOf: null,
        byDay: new Map(),
        byDoctor: new Map(),
        byServiceType: new Map(),
        byHourOfWeek: new Map(),
      })
      expect(await store.sumsOfDoctors([{ doctorId: randomUUID(), from: '2020-01-01', to: '2020-12-31' }])).toEqual([
        [],
      ])
    })

    it('add up by day, doctor, service type, hour and currency', async () => {
      const [ada, ben] = [randomUUID(), randomUUID()]
      const monday = '2021-03-01'
      const tuesday = '2021-03-02'
      await count(anEvent(), [
        aChange({ day: monday, doctorId: ada, serviceType: 'checkup' }),
        aChange({ day: monday, figure: 'bookedForHour', hourOfWeek: 9 }),
      ])
      await count(anEvent(), [
        aChange({ day: tuesday, doctorId: ada, serviceType: 'urgent' }),
        aChange({ day: tuesday, figure: 'bookedForHour', hourOfWeek: 9 }),
      ])
      await count(anEvent(), [invoiced(12_000, 'USD', { day: tuesday, doctorId: ben, serviceType: 'urgent' })])
      await count(anEvent(), [invoiced(800, 'JPY', { day: tuesday, doctorId: ben, serviceType: null })])
      await count(anEvent(), [invoiced(-2_000, 'USD', { day: tuesday, doctorId: null, serviceType: 'urgent' })])
      await count(anEvent(), [aChange({ day: monday, figure: 'patientsRegistered' })])

      const { byDay, byDoctor, byServiceType, byHourOfWeek } = await store.sumsOfClinic({ from: monday, to: tuesday })
      expect(plain(byDay)).toEqual({
        [monday]: ['appointmentsBooked 1', 'bookedForHour 1', 'patientsRegistered 1'],
        [tuesday]: ['appointmentsBooked 1', 'bookedForHour 1', 'invoiced 10000 USD', 'invoiced 800 JPY'],
      })
      expect(plain(byDoctor)).toEqual({
        [ada]: ['appointmentsBooked 2'],
        [ben]: ['invoiced 12000 USD', 'invoiced 800 JPY'],
      })
      expect(plain(byServiceType)).toEqual({
        checkup: ['appointmentsBooked 1'],
        urgent: ['appointmentsBooked 1', 'invoiced 10000 USD'],
      })
      expect(plain(byHourOfWeek)).toEqual({ 9: ['bookedForHour 2'] })
    })

    it('contain both days of a range and none beside it', async () => {
      for (const day of ['2021-05-31', '2021-06-01', '2021-06-30', '2021-07-01']) {
        await count(anEvent(), [aChange({ day })])
      }
      const { byDay } = await store.sumsOfClinic({ from: '2021-06-01', to: '2021-06-30' })
      expect([...byDay.keys()]).toEqual(['2021-06-01', '2021-06-30'])
    })

    it('of doctors come in the order of asking, each for its own days', async () => {
      const [ada, ben] = [randomUUID(), randomUUID()]
      await count(anEvent(), [aChange({ day: '2021-08-01', doctorId: ada })])
      await count(anEvent(), [aChange({ day: '2021-08-02', doctorId: ada })])
      await count(anEvent(), [aChange({ day: '2021-08-02', doctorId: ben, figure: 'noShows' })])
      const [both, nobody, second, bens] = await store.sumsOfDoctors([
        { doctorId: ada, from: '2021-08-01', to: '2021-08-02' },
        { doctorId: randomUUID(), from: '2021-08-01', to: '2021-08-02' },
        { doctorId: ada, from: '2021-08-02', to: '2021-08-02' },
        { doctorId: ben, from: '2021-08-01', to: '2021-08-02' },
      ])
      expect([both, nobody, second, bens].map((sums) => texts(sums ?? []))).toEqual([
        ['appointmentsBooked 2'],
        [],
        ['appointmentsBooked 1'],
        ['noShows 1'],
      ])
    })

    it('count an event once, however often and from however many sides it comes', async () => {
      const event = anEvent()
      const changes = [
        aChange({ day: '2021-09-01' }),
        aChange({ day: '2021-09-01', figure: 'bookedForHour', hourOfWeek: 3 }),
      ]
      await Promise.all(Array.from({ length: 20 }, () => count(event, changes)))
      await count(event, changes)
      expect(texts(await sumsOn('2021-09-01'))).toEqual(['appointmentsBooked 1', 'bookedForHour 1'])
    })

    it('count each event of a batch once, though some were counted before and some come twice in it', async () => {
      const day = '2021-09-02'
      const entries = Array.from({ length: 300 }, (_, index) => {
        const of = { day, doctorId: index % 2 === 0 ? doctor : null }
        return {
          ...anEvent(),
          changes: [aChange(of), aChange({ day, figure: 'bookedForHour', hourOfWeek: index % 168 })],
        }
      })
      await store.count(entries.slice(0, 100))
      await store.count([...entries, ...entries.toReversed()])
      await Promise.all([store.count(entries), store.count(entries.toReversed())])
      expect(texts(await sumsOn(day))).toEqual(['appointmentsBooked 300', 'bookedForHour 300'])
    })

    it('lose nothing when many events change the same two at once, in whatever order they name them', async () => {
      const changes = [aChange({ day: '2021-10-01' }), aChange({ day: '2021-10-01', figure: 'noShows' })]
      const events = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? changes : changes.toReversed()))
      await Promise.all(events.map((each) => count(anEvent(), each)))
      expect(texts(await sumsOn('2021-10-01'))).toEqual(['appointmentsBooked 200', 'noShows 200'])
    })

    it('take all changes of an event or none, and take it later when it failed', async () => {
      const event = anEvent()
      const good = aChange({ day: '2021-11-01' })
      const bad = aChange({ day: '2021-11-01', figure: 'bookedForHour', hourOfWeek: 168 })
      await expect(count(event, [good, bad])).rejects.toThrow()
      expect(await sumsOn('2021-11-01')).toEqual([])
      await count(event, [good])
      expect(texts(await sumsOn('2021-11-01'))).toEqual(['appointmentsBooked 1'])
    })

    it('are as old as the newest event in the range, whichever came last', async () => {
      const day = '2021-12-01'
      await count(anEvent({ time: '2021-12-01T10:00:00.000Z' }), [aChange({ day })])
      await count(anEvent({ time: '2021-12-01T09:00:00.000Z' }), [aChange({ day })])
      await count(anEvent({ time: '2021-12-02T09:00:00.000Z' }), [aChange({ day: '2021-12-02' })])
      const { asOf } = await store.sumsOfClinic({ from: day, to: day })
      expect(asOf?.toISOString()).toBe('2021-12-01T10:00:00.000Z')
    })

    it('hold amounts beyond 32 bits, to the last unit', async () => {
      const day = '2022-01-01'
      await count(anEvent(), [invoiced(4_503_599_627_370_495, 'USD', { day })])
      await count(anEvent(), [invoiced(4_503_599_627_370_495, 'USD', { day })])
      await count(anEvent(), [invoiced(1, 'USD', { day })])
      expect(texts(await sumsOn(day))).toEqual(['invoiced 9007199254740991 USD'])
    })

    it('agree with each other in every answer, also while events are counted', async () => {
      const day = '2022-02-01'
      const counting = Promise.all(
        Array.from({ length: 300 }, (_, index) =>
          count(anEvent(), [
            aChange({ day, doctorId: randomUUID() }),
            aChange({ day, figure: 'bookedForHour', hourOfWeek: index % 168 }),
          ]),
        ),
      ).then(() => 'counted')
      const read = async () => {
        const { byDay, byDoctor, byHourOfWeek } = await store.sumsOfClinic({ from: day, to: day })
        const booked = byDay.get(day)?.find(({ figure }) => figure === 'appointmentsBooked')?.amount ?? 0
        expect([total(byDoctor), total(byHourOfWeek)]).toEqual([booked, booked])
        return booked
      }
      while ((await Promise.race([counting, read()])) !== 'counted');
      expect(await read()).toBe(300)
    })
  })
}

export const anEvent = ({ time = '2021-03-01T09:00:00.000Z' } = {}) => ({ id: randomUUID(), time })

export function aChange(overrides: Partial<Change>): Change {
  return {
    day: '2021-01-01',
    figure: 'appointmentsBooked',
    doctorId: null,
    serviceType: null,
    hourOfWeek: null,
    currency: null,
    amount: 1,
    ...overrides,
  }
}

const invoiced = (amount: number, currency: string, overrides: Partial<Change>): Change =>
  aChange({ figure: 'invoiced', amount, currency, ...overrides })

export const texts = (sums: readonly Sum[]): string[] =>
  sums.map(({ figure, amount, currency }) => [figure, amount, currency ?? []].flat().join(' ')).sort()

export const plain = (groups: ReadonlyMap<string | number, readonly Sum[]>) =>
  Object.fromEntries([...groups].map(([key, sums]) => [key, texts(sums)]))

const total = (groups: ReadonlyMap<unknown, readonly Sum[]>): number =>
  [...groups.values()].flat().reduce((sum, { amount }) => sum + amount, 0)
