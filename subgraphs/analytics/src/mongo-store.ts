import { type Connection, mongo, Schema } from 'mongoose'
import type { Change, Entry, StatisticsStore, Sum } from './statistics-store.js'

/**
 * What some events of one day come to, and which they were. Both are one document, which MongoDB changes as a whole or
 * not at all, and so an event's amounts are there exactly when its id is: without a transaction over documents.
 */
interface Tally {
  readonly _id: string
  readonly day: string
  readonly doctorId: string | null
  /** What was done by the doctor: amounts by `keyOf`. */
  readonly ofDoctor?: Readonly<Record<string, number>>
  readonly ofNobody?: Readonly<Record<string, number>>
  readonly newestEventAt: Date
  readonly eventIds: readonly string[]
}

const amounts = { type: Map, of: Number }
const tallySchema = new Schema<Tally>(
  {
    _id: String,
    day: String,
    doctorId: String,
    ofDoctor: amounts,
    ofNobody: amounts,
    newestEventAt: Date,
    eventIds: [Schema.Types.UUID],
  },
  { versionKey: false, strict: 'throw', autoIndex: false },
)
  .index({ day: 1 })
  .index({ doctorId: 1, day: 1 })

/** The figures in one collection of tallies. Makes its indexes, unless another copy has. */
export async function mongoStore(connection: Connection, collection: string): Promise<StatisticsStore> {
  const tallies = connection.model(collection, tallySchema, collection)
  await tallies.createIndexes()

  /** Answers those whose tally is there and does not lack the event, or was made by another at this very moment. */
  async function add(entries: readonly Entry[]): Promise<Entry[]> {
    try {
      const additions = entries.map(additionOf)
      await tallies.bulkWrite(
        additions.map((addition) => ({ updateOne: { ...addition, upsert: true } })),
        { ordered: false },
      )
      return []
    } catch (error) {
      return refusedIn(error).map((index) => entries[index] as Entry)
    }
  }

  return {
    async count(entries) {
      const refused = await add(entries.filter(({ changes }) => changes.length > 0))
      // Tallies never go. So after the first refusal it is there, and a second one can only mean the event.
      if (refused.length > 0) await add(refused)
    },

    async sumsOfClinic({ from, to }) {
      const byDay = new Totals<string>()
      const byDoctor = new Totals<string>()
      const byServiceType = new Totals<string>()
      const byHourOfWeek = new Totals<number>()
      let asOf: Date | null = null
      const found = tallies.find({ day: { $gte: from, $lte: to } }, { eventIds: 0 }).lean()
      for await (const { day, doctorId, newestEventAt, ofDoctor, ofNobody } of found.cursor({ batchSize })) {
        if (asOf === null || newestEventAt > asOf) asOf = newestEventAt
        for (const change of [...changesIn(ofDoctor, doctorId), ...changesIn(ofNobody, null)]) {
          byDay.add(day, change)
          byDoctor.add(change.doctorId, change)
          byServiceType.add(change.serviceType, change)
          byHourOfWeek.add(change.hourOfWeek, change)
        }
      }
      return {
        asOf,
        byDay: byDay.sorted(),
        byDoctor: byDoctor.sorted(),
        byServiceType: byServiceType.sorted(),
        byHourOfWeek: byHourOfWeek.sorted(),
      }
    },

    async sumsOfDoctors(asked) {
      const ranges = asked.map(({ doctorId, from, to }) => ({ doctorId, day: { $gte: from, $lte: to } }))
      const found = await tallies.find({ $or: ranges }, { day: 1, doctorId: 1, ofDoctor: 1 }).lean()
      const byPlace = new Totals<number>()
      for (const { day, doctorId, ofDoctor } of found) {
        const changes = changesIn(ofDoctor, doctorId)
        asked.forEach((range, place) => {
          if (range.doctorId !== doctorId || day < range.from || day > range.to) return
          for (const change of changes) byPlace.add(place, change)
        })
      }
      const sums = byPlace.sorted()
      return asked.map((_, place) => sums.get(place) ?? [])
    },
  }
}

const duplicateKey = 11_000
const batchSize = 1_000

/** What adds the event to its tally, where that lacks it. */
function additionOf({ id, time, changes }: Entry) {
  const { day, doctorId } = placeOf(changes)
  return {
    filter: { _id: `${day} ${doctorId ?? id.slice(-2)}`, eventIds: { $ne: id } },
    update: {
      $setOnInsert: { day, doctorId },
      $inc: Object.fromEntries(changes.map((change) => [pathOf(change), change.amount])),
      $max: { newestEventAt: new Date(time) },
      $push: { eventIds: id },
    },
  }
}

/** Which of the writes met a tally that they would have had to make. Throws where anything else went wrong. */
function refusedIn(error: unknown): number[] {
  if (!(error instanceof mongo.MongoBulkWriteError)) throw error
  const refusals = [error.writeErrors].flat()
  if (error.result.getWriteConcernError() || refusals.some(({ code }) => code !== duplicateKey)) throw error
  return refusals.map(({ index }) => index)
}

/** Refuses changes that no single tally can hold. */
function placeOf(changes: readonly Change[]): { day: string; doctorId: string | null } {
  const [day, ...otherDays] = new Set(changes.map((change) => change.day))
  const [doctorId = null, ...otherDoctors] = new Set(changes.flatMap((change) => change.doctorId ?? []))
  if (day === undefined || otherDays.length > 0) throw new RangeError('the changes of an event are of one day')
  if (otherDoctors.length > 0) throw new RangeError('the changes of an event are of one doctor at most')
  return { day, doctorId }
}

type Attributes = readonly [
  figure: Change['figure'],
  serviceType: string | null,
  hourOfWeek: number | null,
  currency: string | null,
]

/** A change's own field in its tally. JSON, in which a point, that would lead into another document, is escaped. */
function pathOf({ figure, doctorId, serviceType, hourOfWeek, currency }: Change): string {
  if (hourOfWeek !== null && !(hourOfWeek >= 0 && hourOfWeek < 7 * 24)) {
    throw new RangeError(`a week has no hour ${hourOfWeek}`)
  }
  const attributes: Attributes = [figure, serviceType, hourOfWeek, currency]
  const key = JSON.stringify(attributes).replaceAll('.', '\\u002e')
  return `${doctorId === null ? 'ofNobody' : 'ofDoctor'}.${key}`
}

function changesIn(amounts: Readonly<Record<string, number>> = {}, doctorId: string | null): Omit<Change, 'day'>[] {
  return Object.entries(amounts).map(([key, amount]) => {
    const [figure, serviceType, hourOfWeek, currency] = JSON.parse(key) as Attributes
    return { figure, doctorId, serviceType, hourOfWeek, currency, amount }
  })
}

/** Sums by key, figure and currency. */
class Totals<Key extends string | number> {
  private readonly totals = new Map<Key, Map<string, Sum>>()

  add(key: Key | null, { figure, currency, amount }: Sum): void {
    if (key === null) return
    const sums = this.totals.get(key) ?? new Map<string, Sum>()
    const name = `${figure} ${currency}`
    sums.set(name, { figure, currency, amount: amount + (sums.get(name)?.amount ?? 0) })
    this.totals.set(key, sums)
  }

  /** In the order of the keys. */
  sorted(): Map<Key, Sum[]> {
    const totals = [...this.totals].sort(([one], [other]) => (one < other ? -1 : 1))
    return new Map(totals.map(([key, sums]) => [key, [...sums.values()]]))
  }
}
