import { randomUUID } from 'node:crypto'
import { describeOn } from '@caregraph/engines/testing'
import { createConnection, mongo } from 'mongoose'
import { describe, expect, it } from 'vitest'
import type { AnyEvent } from './event.js'
import { anEvent } from './event-bus.suite.js'
import { inboxSuite } from './inbox.suite.js'
import { mongoInbox } from './mongo-inbox.js'

/** Effects as the inbox asks for them where there is no transaction: they know by the event that they are there. */
async function open(url: string) {
  const own = new URL(url)
  own.pathname = `test_${randomUUID().replaceAll('-', '')}`
  const connection = await createConnection(own.href, { bufferCommands: false }).asPromise()
  const effects = connection.collection<{ _id: string; eventId: string; place: number }>('effects')
  let place = 0
  return {
    connection,
    takeEffect: (_: undefined, { id }: AnyEvent, consumer: string) =>
      effects.insertOne({ _id: `${consumer}/${id}`, eventId: id, place: place++ }).catch((error) => {
        if (!(error instanceof mongo.MongoServerError && error.code === 11_000)) throw error
      }),
    effects: async () => (await effects.find().sort({ place: 1 }).toArray()).map(({ eventId }) => eventId),
    async close() {
      await connection.dropDatabase()
      await connection.close()
    },
  }
}

await describeOn('mongodb', 'MongoDB', (url) => {
  inboxSuite('MongoDB', async () => {
    const { connection, ...opened } = await open(url)
    const inboxes = {
      billing: await mongoInbox(connection, 'billing'),
      analytics: await mongoInbox(connection, 'analytics'),
    }
    return { ...opened, inboxOf: (consumer) => inboxes[consumer as keyof typeof inboxes] }
  })

  describe('in MongoDB, an event', () => {
    it('is tried by one copy at a time, and by another half a minute after its process died amid a try', async () => {
      const { connection, close } = await open(url)
      const inbox = await mongoInbox(connection, 'billing')
      const noon = new Date('2027-03-01T12:00:00Z')
      const after = (seconds: number) => new Date(noon.getTime() + seconds * 1_000)
      const event = anEvent()
      await inbox.park(event, 'Error: no tariff', noon, noon)
      const [waiting] = await inbox.due(noon)
      const dying = new Promise<never>(() => undefined)
      const tries: string[] = []
      const tryIn = (copy: string, now: Date) =>
        inbox.retry(waiting ?? expect.fail('it waits'), now, async () => {
          tries.push(copy)
          if (copy === 'first') await dying
        })
      void tryIn('first', noon)
      await expect.poll(() => tries).toEqual(['first'])
      await tryIn('second', noon)
      expect([tries, await inbox.due(after(29))]).toEqual([['first'], []])

      const [again] = await inbox.due(after(30))
      await inbox.retry(again ?? expect.fail('it is due'), after(30), async () => void tries.push('third'))
      expect([tries, await inbox.due(after(3_600))]).toEqual([['first', 'third'], []])
      await close()
    })

    it('leaves nothing in the inbox once its effect is there', async () => {
      const { connection, close } = await open(url)
      const inbox = await mongoInbox(connection, 'billing')
      const [good, bad] = [anEvent(), anEvent()]
      await inbox.receive(good, new Date(), async () => undefined)
      await inbox.park(bad, 'Error: not yet', new Date(0), new Date(0))
      const [waiting] = await inbox.due(new Date())
      await inbox.retry(waiting ?? expect.fail('it waits'), new Date(), async () => undefined)
      expect(await connection.collection('inbox').countDocuments()).toBe(0)
      await close()
    })
  })
})
