import { type Database, poolState } from '@caregraph/database'
import { type Backlog, type Inbox, outboxBacklog, type Stop } from '@caregraph/events'
import { metrics } from '@caregraph/telemetry'

/** Shows, to who asks, what waits in the outbox and for the connections of a subgraph. */
export function observeDatabase(subgraph: string, database: Database, now: () => Date): Stop {
  let look: Promise<Backlog> | undefined
  // Two figures of one look.
  const backlog = () => {
    look ??= outboxBacklog(database).finally(() => {
      look = undefined
    })
    return look
  }
  const unread = [
    metrics.outboxLetters.readBy(async () => {
      const { letters } = await backlog()
      return [{ labels: { subgraph }, value: letters }]
    }),
    metrics.outboxAge.readBy(async () => {
      const { oldest } = await backlog()
      const age = oldest === undefined ? 0 : (now().getTime() - oldest.getTime()) / 1000
      return [{ labels: { subgraph }, value: Math.max(0, age) }]
    }),
    metrics.databaseConnections.readBy(() => {
      const { busy, idle } = poolState(database)
      return [
        { labels: { subgraph, state: 'busy' as const }, value: busy },
        { labels: { subgraph, state: 'idle' as const }, value: idle },
      ]
    }),
    metrics.databaseWaiting.readBy(() => [{ labels: { subgraph }, value: poolState(database).waiting }]),
  ]
  return async () => {
    for (const end of unread) end()
  }
}

/** Shows, to who asks, which events have had no effect yet in a consumer. */
export function observeInbox(consumer: string, inbox: Pick<Inbox, 'counts'>): Stop {
  const unread = metrics.inboxEvents.readBy(async () => {
    const { waiting, dead } = await inbox.counts()
    return [
      { labels: { consumer, state: 'waiting' as const }, value: waiting },
      { labels: { consumer, state: 'dead' as const }, value: dead },
    ]
  })
  return async () => unread()
}
