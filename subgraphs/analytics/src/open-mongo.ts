import { connectMongo } from '@caregraph/database/mongo'
import { mongoInbox } from '@caregraph/events/mongo'
import type { OpenedEngine } from '@caregraph/subgraph'
import { statisticsIn } from './figure-sets.js'
import { mongoSets } from './mongo-sets.js'
import type { Services } from './read-statistics.js'

/** Everything that analytics keeps, in the database that the URL names. */
export async function openMongo(url: string, consumer: string): Promise<OpenedEngine<Services>> {
  const connection = await connectMongo(url)
  const stop = () => connection.close()
  try {
    return {
      services: { statistics: statisticsIn(await mongoSets(connection)) },
      inbox: await mongoInbox(connection, consumer),
      isReady: async () => {
        const answer = await connection.db?.command({ ping: 1 }).catch(() => undefined)
        return answer !== undefined
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
