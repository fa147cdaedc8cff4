import type { Stop } from '@caregraph/events'
import type { Room } from '@caregraph/subgraph'
import { openStatusFeed, type StatusFeed } from './status-feed.js'

/** What the appointment subgraph has besides its tables. */
export interface Services {
  readonly feed: StatusFeed
  /** After how long a request that nobody confirms lapses. */
  readonly pendingSeconds: number
  /** How long after its end a confirmed visit that nobody came to is marked. */
  readonly noShowGraceSeconds: number
}

export async function openServices(room: Omit<Room<never>, 'services'>): Promise<{ services: Services; stop: Stop }> {
  const pendingSeconds = secondsOf(room.settings, 'PENDING_SECONDS', 86_400)
  const noShowGraceSeconds = secondsOf(room.settings, 'NO_SHOW_GRACE_SECONDS', 7_200)
  const { feed, stop } = await openStatusFeed(room)
  return { services: { feed, pendingSeconds, noShowGraceSeconds }, stop }
}

/** Throws where the setting is not a number of seconds. */
function secondsOf(settings: Room<never>['settings'], name: string, otherwise: number): number {
  const given = settings[name]?.trim() || otherwise
  const seconds = Number(given)
  if (!Number.isSafeInteger(seconds) || seconds < 0) {
    throw new Error(`${name} is a whole number of seconds, such as ${otherwise}, and not ${given}.`)
  }
  return seconds
}
