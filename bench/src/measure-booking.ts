import { join } from 'node:path'
import { bookBare, openBareDatabase } from './bare-booking.js'
import { type Clinic, withClinic, withFolder } from './clinic.js'
import type { Measurement } from './figure.js'
import { inTurns, median, ratePerSecond } from './numbers.js'
import { book, hirePeople, visitNumber } from './people.js'
import { allDelivered } from './postgres.js'

const people = 200
const inFlight = 20
const bookingsPerTurn = 1_000
const turns = 5

/** Bookings a second through the gateway, and of the same SQL transaction alone, in turns on one server. */
export const booking: Measurement = {
  name: 'booking',
  run: () => withFolder((dataDirectory) => withClinic({ dataDirectory }, measureBooking)),
}

async function measureBooking({ admin, dataDirectory }: Clinic) {
  const staff = await hirePeople(admin, people)
  const visit = (number: number) => visitNumber(number, staff)
  const postgresDirectory = join(dataDirectory, 'postgres')
  const pool = await openBareDatabase(postgresDirectory, inFlight)
  let booked = 0
  const throughGateway = async () => {
    const first = booked
    booked += bookingsPerTurn
    const rate = await ratePerSecond(bookingsPerTurn, inFlight, (index) => book(admin, visit(first + index)))
    await allDelivered(postgresDirectory)
    return rate
  }
  let bookedBare = 0
  const bare = () => {
    const first = bookedBare
    bookedBare += bookingsPerTurn
    return ratePerSecond(bookingsPerTurn, inFlight, (index) => bookBare(pool, visit(first + index)))
  }
  try {
    await throughGateway()
    await bare()
    const { a, b, ratio } = await inTurns(turns, throughGateway, bare)
    return [
      {
        what: `bookings a second, ${inFlight} in flight, against the same SQL transaction alone`,
        measured: `${median(a).toFixed(0)} against ${median(b).toFixed(0)}: **${ratio.toFixed(2)}**`,
        aim: '0.5',
      },
    ]
  } finally {
    await pool.end()
  }
}
