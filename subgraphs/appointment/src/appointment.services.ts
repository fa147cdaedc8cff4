import type { Stop } from '@caregraph/events'
import { type Room, settingsReader } from '@caregraph/subgraph'
import { openStatusFeed, type StatusFeed } from './status-feed.js'

const aYearOfSeconds = 31_536_000

/** What the appointment subgraph has besides its tables. */
export interface Services {
  readonly feed: StatusFeed
  /** After how long a request that nobody confirms lapses. */
  readonly pendingSeconds: number
  /** How long after its end a confirmed visit that nobody came to is marked. */
  readonly noShowGraceSeconds: number
}

export async function openServices(room: Omit<Room<never>, 'services'>): Promise<{ services: Services; stop: Stop }> {
  const reader = settingsReader(room.settings)
  const pendingSeconds = reader.whole('PENDING_SECONDS', 86_400, 1, aYearOfSeconds)
  const noShowGraceSeconds = reader.whole('NO_SHOW_GRACE_SECONDS', 7_200, 1, aYearOfSeconds)
  reader.end()
  const { feed, stop } = await openStatusFeed(room)
  return { services: { feed, pendingSeconds, noShowGraceSeconds }, stop }
}
