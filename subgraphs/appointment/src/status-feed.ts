import type { Database } from '@caregraph/database'
import { type AnyEvent, type EventBus, type Stop, topicOf } from '@caregraph/events'
import { Refusal } from '@caregraph/refusals'
import { type Log, traceOf } from '@caregraph/subgraph'
import { AppointmentRow } from './appointment.entity.js'
import type { AppointmentStatus } from './appointment.rules.js'
import { createMailbox, type Mailbox } from './mailbox.js'

/** What happened, as the event tells it, with the appointment as it stands now. */
export interface StatusChange {
  readonly appointment: AppointmentRow
  readonly previousStatus: AppointmentStatus | null
  readonly status: AppointmentStatus
  readonly changedAt: Date
  /** What the act was a part of. */
  readonly traceparent: string | undefined
}

export interface StatusFeed {
  /** The changes from now on that are wanted, until they are returned. A refusal is the last: it says why it ends. */
  follow(isWanted: (change: StatusChange) => boolean): AsyncIterableIterator<StatusChange | Refusal>
  readonly followers: number
}

interface Follower {
  readonly isWanted: (change: StatusChange) => boolean
  readonly mailbox: Mailbox<StatusChange | Refusal>
}

/** A follower that leaves more than this unread is let go, or he would fill the memory. */
const mostUnread = 1_000

/** One listener on the bus for the whole process, and one look at the database for each event, for all who follow. */
export async function openStatusFeed({
  database,
  bus,
  log,
}: {
  database: Database
  bus: EventBus
  log: Log
}): Promise<{ feed: StatusFeed; stop: Stop }> {
  const followers = new Set<Follower>()
  let delivered: Promise<void> = Promise.resolve()

  const letGo = (follower: Follower, refusal: Refusal) => {
    followers.delete(follower)
    follower.mailbox.put(refusal)
    follower.mailbox.close()
  }
  const deliver = async (event: AnyEvent) => {
    if (followers.size === 0) return
    try {
      const change = await changeOf(database, event)
      if (change === undefined) return
      for (const follower of followers) {
        if (!follower.isWanted(change)) continue
        if (follower.mailbox.size < mostUnread) follower.mailbox.put(change)
        else letGo(follower, tooSlow())
      }
    } catch (error) {
      // Who follows must not miss a change without knowing it.
      log.error('the live feed lost an event', { eventId: event.id, ...traceOf(error) })
      for (const follower of followers) letGo(follower, away())
    }
  }
  const hear = (event: AnyEvent) => {
    delivered = delivered.then(() => deliver(event))
  }
  let isListening = false
  const untail = await bus.tail([topicOf('AppointmentStatusChanged')], hear, () => {
    isListening = true
  })

  return {
    feed: {
      follow(isWanted) {
        const mailbox = createMailbox<StatusChange | Refusal>(() => followers.delete(follower))
        const follower: Follower = { isWanted, mailbox }
        followers.add(follower)
        if (!isListening) letGo(follower, away())
        return mailbox
      },
      get followers() {
        return followers.size
      },
    },
    async stop() {
      await untail()
      await delivered
      for (const { mailbox } of followers) mailbox.close()
      followers.clear()
    },
  }
}

const away = () => new Refusal('SERVICE_UNAVAILABLE', { subgraph: 'appointment' })

const tooSlow = () =>
  new Refusal(
    'RATE_LIMITED',
    { retryAfterSeconds: 1 },
    'Too many changes were left unread: load the list again, then subscribe.',
  )

async function changeOf(database: Database, event: AnyEvent): Promise<StatusChange | undefined> {
  if (event.type !== 'AppointmentBooked' && event.type !== 'AppointmentStatusChanged') return undefined
  const appointment = await database.manager.findOneBy(AppointmentRow, { id: event.data.appointmentId })
  if (appointment === null) return undefined
  return {
    appointment,
    previousStatus: event.data.previousStatus as AppointmentStatus | null,
    status: event.data.status as AppointmentStatus,
    changedAt: new Date(event.time),
    traceparent: event.traceparent,
  }
}
