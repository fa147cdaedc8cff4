import { describeOn } from '@caregraph/engines/testing'
import { describe, expect, it } from 'vitest'
import { anEvent } from './event-bus.suite.js'
import { inboxSuite } from './inbox.suite.js'
import { inboxInMongo } from './inbox-testing.js'
import { mongoInbox } from './mongo-inbox.js'

await describeOn('mongodb', 'MongoDB', (url) => {
  inboxSuite('MongoDB', () => inboxInMongo(url))

  describe('in MongoDB, an event', () => {
    it('is tried by one copy at a time, and by another half a minute after its process died amid a try', async () => {
      const { connection, close } = await inboxInMongo(url)
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
      const { connection, close } = await inboxInMongo(url)
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
