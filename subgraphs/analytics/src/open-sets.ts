import { openDatabase } from '@caregraph/database'
import { connectMongo } from '@caregraph/database/mongo'
import type { Stop } from '@caregraph/events'
import type { FigureSets } from './figure-sets.js'
import { figureSetTables } from './migrations/figure-sets.js'
import { figureTables } from './migrations/figures.js'
import { mongoSets } from './mongo-sets.js'
import { postgresSets } from './postgres-sets.js'

/** The sets in the database that the URL names, which analytics has made: for a command beside it. */
export async function openSets(databaseUrl: string): Promise<{ sets: FigureSets; close: Stop }> {
  if (databaseUrl.startsWith('mongodb')) {
    const connection = await connectMongo(databaseUrl)
    return { sets: await mongoSets(connection), close: () => connection.close() }
  }
  const tables = { entities: [], migrations: [figureTables, figureSetTables] }
  const database = await openDatabase({ url: databaseUrl, tables, poolSize: 4, onConnectionError: () => undefined })
  return { sets: postgresSets(database), close: () => database.destroy() }
}
