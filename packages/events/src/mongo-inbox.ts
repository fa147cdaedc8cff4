import { type Connection, mongo, Schema } from 'mongoose'
import type { AnyEvent } from './event.js'
import type { Inbox } from './inbox.js'

interface Letter {
  readonly _id: string
  readonly consumer: string
  readonly subject: string
  readonly state: 'waiting' | 'dead'
  readonly receivedAt: Date
  readonly sequence: number
  readonly tries: number
  readonly nextTryAt: Date | null
  readonly reason: string | null
  readonly event: AnyEvent
}

const options = { versionKey: false, strict: 'throw', autoIndex: false } as const

const letterSchema = new Schema<Letter>(
  {
    _id: String,
    consumer: String,
    subject: String,
    state: String,
    receivedAt: Date,
    sequence: Number,
    tries: Number,
    nextTryAt: Date,
    reason: String,
    event: Object,
  },
  { ...options, collection: 'inbox' },
)
  .index({ consumer: 1, state: 1, sequence: 1 })
  .index({ consumer: 1, subject: 1, state: 1 })

interface Counter {
  readonly _id: string
  readonly last: number
}

const counterSchema = new Schema<Counter>({ _id: String, last: Number }, { ...options, collection: 'counters' })

/** Longer than a handler may take: an event whose process died amid a try waits so long for another copy. */
const inHandMilliseconds = 30_000
const duplicateKey = 11_000

/**
 * For effects that know by the event's id that they are there: without transactions over documents, what is done could
 * not be noted together with them. So an event comes to its effect again with each delivery, and is kept only while it
 * waits or is dead.
 */
export async function mongoInbox(connection: Connection, consumer: string): Promise<Inbox<undefined>> {
  const letters = connection.model('Letter', letterSchema)
  const counters = connection.model('Counter', counterSchema)
  await letters.createIndexes()

  const idOf = ({ id }: AnyEvent) => `${consumer}/${id}`

  async function nextSequence(): Promise<number> {
    const update = { $inc: { last: 1 } }
    const counter = await counters.findByIdAndUpdate('inbox', update, { upsert: true, returnDocument: 'after' }).lean()
    return counter.last
  }

  /** What is there stays as it is. */
  async function keep(event: AnyEvent, receivedAt: Date, rest: Pick<Letter, 'tries' | 'nextTryAt' | 'reason'>) {
    const { subject } = event
    const sequence = await nextSequence()
    try {
      await letters.create({
        _id: idOf(event),
        consumer,
        subject,
        state: 'waiting',
        receivedAt,
        sequence,
        event,
        ...rest,
      })
    } catch (error) {
      if (!(error instanceof mongo.MongoServerError && error.code === duplicateKey)) throw error
    }
  }

  return {
    async receive(event, now, effect) {
      const itself = { _id: idOf(event) }
      const before = await letters.exists({ $or: [itself, { consumer, subject: event.subject, state: 'waiting' }] })
      if (before === null) await effect(undefined)
      else await keep(event, now, { tries: 0, nextTryAt: now, reason: null })
    },

    park: (event, reason, now, nextTryAt) => keep(event, now, { tries: 1, nextTryAt, reason }),

    async due(now) {
      const firsts = await letters.aggregate<{ first: Letter & { nextTryAt: Date } }>([
        { $match: { consumer, state: 'waiting' } },
        { $sort: { sequence: 1 } },
        { $group: { _id: '$subject', first: { $first: '$$ROOT' } } },
        { $match: { 'first.nextTryAt': { $lte: now } } },
        { $sort: { 'first.nextTryAt': 1 } },
        { $limit: 100 },
      ])
      return firsts.map(({ first: { event, tries, nextTryAt } }) => ({ event, tries, nextTryAt }))
    },

    async retry({ event, tries, nextTryAt }, now, effect) {
      const _id = idOf(event)
      const inHandUntil = new Date(now.getTime() + inHandMilliseconds)
      const taken = await letters.updateOne({ _id, state: 'waiting', tries, nextTryAt }, { nextTryAt: inHandUntil })
      if (taken.matchedCount === 0) return
      await effect(undefined)
      await letters.deleteOne({ _id })
    },

    async noteFailedTry({ event, tries }, reason, nextTryAt) {
      const state = nextTryAt === undefined ? 'dead' : 'waiting'
      const noted = { $inc: { tries: 1 }, $set: { reason, nextTryAt: nextTryAt ?? null, state } } as const
      await letters.updateOne({ _id: idOf(event), state: 'waiting', tries }, noted)
    },

    async counts() {
      const [waiting, dead] = await Promise.all([
        letters.countDocuments({ consumer, state: 'waiting' }),
        letters.countDocuments({ consumer, state: 'dead' }),
      ])
      return { waiting, dead }
    },

    async deadLetters() {
      const dead = await letters.find({ consumer, state: 'dead' }).sort({ sequence: 1 }).limit(1_000).lean()
      return dead.map(({ subject, receivedAt, tries, reason, event }) => {
        return { consumer, eventId: event.id, type: event.type, subject, receivedAt, tries, reason: reason ?? '' }
      })
    },

    async redrive(now, eventId) {
      const chosen = eventId === undefined ? { consumer } : { _id: `${consumer}/${eventId}` }
      const again = { $set: { state: 'waiting', tries: 0, nextTryAt: now } } as const
      const { modifiedCount } = await letters.updateMany({ ...chosen, state: 'dead' }, again)
      return modifiedCount
    },
  }
}
