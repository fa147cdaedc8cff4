import { setTimeout as delay } from 'node:timers/promises'
import { type Client, clientOf } from './client.js'
import { inFlight } from './in-flight.js'
import { aDoctor, aPatient, aServiceType, bookAppointment, inHours } from './people.js'

/** What became of the requests of many clients. */
export interface Tally {
  readonly asked: number
  /** What went wrong, with the moment: an answer with errors, or none at all. */
  readonly failures: readonly { readonly at: string; readonly what: 'booking' | 'query'; readonly why: string }[]
  /** The visits of the bookings that were answered with one. */
  readonly booked: readonly string[]
  /** When the bookings that were refused would have been, with whom. */
  readonly refused: readonly { readonly doctorId: string; readonly startsAt: string }[]
}

const bookers = 4
const thinkMilliseconds = 100

const storyOfADoctor = `query ($id: ID!) {
  doctor(id: $id) {
    name
    appointments(first: 5) { edges { node { startsAt status patient { name } invoice { status } } } }
  }
}`

/**
 * Bookings and queries over five rooms, until it is ended: no two bookings are in each other's way, so none may be
 * refused. They come by way of a load balancer in small: the doors in turn, and the next one where a door takes no
 * connection.
 */
export async function startLoad(doors: readonly string[], admin: Client): Promise<{ end(): Promise<Tally> }> {
  const failures: Tally['failures'][number][] = []
  const booked: string[] = []
  const refused: Tally['refused'][number][] = []
  let asked = 0
  let isOver = false
  const serviceType = await aServiceType(admin)
  const ask = balanced(doors, admin)

  const again = async (what: 'booking' | 'query', once: () => Promise<string | undefined>) => {
    while (!isOver) {
      asked++
      const why = await once().catch(reasonOf)
      if (why !== undefined) failures.push({ at: new Date().toISOString(), what, why })
      await delay(thinkMilliseconds)
    }
  }
  const keepBooking = ({ patientId, doctorId }: { patientId: string; doctorId: string }) => {
    let hours = 24
    return again('booking', async () => {
      const startsAt = inHours(hours++)
      const { data, errors } = await ask<{ bookAppointment: { id: string } }>(bookAppointment, {
        input: { doctorId, patientId, serviceType, startsAt },
      })
      if (data?.bookAppointment) booked.push(data.bookAppointment.id)
      else refused.push({ doctorId, startsAt })
      return errors[0]?.extensions.code
    })
  }
  const keepReading = (id: string) =>
    again('query', async () => (await ask(storyOfADoctor, { id })).errors[0]?.extensions.code)
  const people = await inFlight(bookers, Array(bookers).fill({}), async (overrides: object) => ({
    patientId: await aPatient(admin, overrides),
    doctorId: await aDoctor(admin, overrides),
  }))
  const work = people.flatMap((each) => [keepBooking(each), keepReading(each.doctorId)])
  return {
    async end() {
      isOver = true
      await Promise.all(work)
      return { asked, failures, booked, refused }
    },
  }
}

/** Only a request that has reached nobody is sent to another door. */
function balanced(doors: readonly string[], { token }: Client): Client['ask'] {
  const clients = doors.map((url) => clientOf(url, token))
  let turn = 0
  return async (query, variables) => {
    const first = turn++
    for (let tried = 1; ; tried++) {
      const client = clients[(first + tried) % clients.length] as Client
      try {
        return await client.ask(query, variables)
      } catch (error) {
        if (tried === clients.length || reasonOf(error) !== 'ECONNREFUSED') throw error
      }
    }
  }
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string } }
  return cause?.code ?? message
}
