import { newId } from '@caregraph/database'
import { type Connection, mongo, Schema } from 'mongoose'
import type { FigureSets } from './figure-sets.js'
import { mongoStore } from './mongo-store.js'
import type { StatisticsStore } from './statistics-store.js'

interface State {
  readonly _id: string
  /** The collection that is read. */
  readonly current: string
  /** The collection that a rebuild fills. */
  readonly growing: string | null
  /** Collections that will never be read again. */
  readonly replaced: readonly string[]
}

const stateSchema = new Schema<State>(
  { _id: String, current: String, growing: String, replaced: [String] },
  { collection: 'figure_sets', versionKey: false, strict: 'throw', autoIndex: false },
)

const _id = 'figures'
const beginning = { current: 'tallies', growing: null, replaced: [] }

/**
 * Each rebuild fills a collection of its own, and one document says which is read: MongoDB changes that as a whole. What
 * was replaced stays until the next rebuild, so whoever is reading it comes to the end.
 */
export async function mongoSets(connection: Connection): Promise<FigureSets> {
  const states = connection.model('FigureSets', stateSchema)
  await states.updateOne({ _id }, { $setOnInsert: beginning }, { upsert: true })

  const opened = new Map<string, Promise<StatisticsStore>>()
  function storeOf(collection: string): Promise<StatisticsStore> {
    const store = opened.get(collection) ?? mongoStore(connection, collection)
    opened.set(collection, store)
    // A store that could not be opened is opened anew.
    store.catch(() => opened.delete(collection))
    return store
  }
  const stateNow = () => states.findById(_id).orFail().lean()

  return {
    async inUse() {
      const { current, growing } = await stateNow()
      return { current: await storeOf(current), growing: growing === null ? undefined : await storeOf(growing) }
    },

    async beginRebuild() {
      const growing = `tallies_${newId()}`
      const store = await storeOf(growing)
      const before = await states.findOneAndUpdate({ _id }, { growing }).orFail().lean()
      // Not yet dropped: the rebuild that filled it may write one more batch before it learns that it is over.
      if (before.growing !== null) await states.updateOne({ _id }, { $push: { replaced: before.growing } })
      for (const collection of before.replaced) await dropIfThere(connection, collection)
      await states.updateOne({ _id }, { $pullAll: { replaced: before.replaced } })
      return {
        store,
        isUnderWay: async () => (await stateNow()).growing === growing,
        async finish() {
          const { current } = await stateNow()
          const read = { current: growing, growing: null, $push: { replaced: current } }
          const { matchedCount } = await states.updateOne({ _id, growing, current }, read)
          return matchedCount > 0
        },
        abandon: async () =>
          void (await states.updateOne({ _id, growing }, { growing: null, $push: { replaced: growing } })),
      }
    },
  }
}

const namespaceNotFound = 26

async function dropIfThere(connection: Connection, collection: string): Promise<void> {
  try {
    await connection.dropCollection(collection)
  } catch (error) {
    if (!(error instanceof mongo.MongoServerError && error.code === namespaceNotFound)) throw error
  }
}
