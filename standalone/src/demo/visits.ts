import { setTimeout as delay } from 'node:timers/promises'
import { queryRows } from '@caregraph/database'
import type { Demo } from './fill-demo.js'
import { demoServiceTypes } from './people.js'
import { type Ask, signIn } from './staff.js'
import { wallClock } from './wall-clock.js'

const minute = 60_000
const hour = 60 * minute
const drainMilliseconds = 5
const monday = 1
/** The doctors on call are the last two. */
const doctorsOnCall = 2

/** What is seen of a visit from outside: where it goes from here. */
type Course = 'PAID' | 'PARTLY_PAID' | 'UNPAID' | 'CANCELLED' | 'NO_SHOW'
const courses: readonly Course[] = [
  'PAID',
  'PAID',
  'CANCELLED',
  'PAID',
  'PARTLY_PAID',
  'PAID',
  'NO_SHOW',
  'PAID',
  'UNPAID',
]

const staffed = async ({ subgraphs }: Demo) => ({
  desk: await signIn(subgraphs, 'desk@demo.example'),
  billing: await signIn(subgraphs, 'billing@demo.example'),
})

const startsOfVisits = ['09:00', '09:45', '10:30', '11:00', '14:00', '15:15']
const doctorsOfVisits = [0, 1, 2, 6, 0, 1]

/** A working day of the past: booked at dawn, lived through by the evening. Weekends are quiet. */
export async function pastDay(demo: Demo, day: Date): Promise<void> {
  const weekday = day.getUTCDay()
  if (weekday === 0 || weekday === 6) return
  const at = (time: string) => wallClock(day, time, demo.clinic.timeZone)
  const dayNumber = Math.round(day.getTime() / (24 * hour))

  demo.clock.set(at('06:30'))
  const dawn = await staffed(demo)
  const visits: { id: string; startsAt: Date; course: Course }[] = []
  for (const [place, start] of startsOfVisits.entries()) {
    const number = dayNumber * startsOfVisits.length + place
    const startsAt = at(start)
    const doctor = doctorsOfVisits[place] ?? 0
    const id = await book(demo, dawn.desk, { doctor, patient: number, serviceType: place, startsAt })
    visits.push({ id, startsAt, course: courses[number % courses.length] ?? 'PAID' })
  }
  if (weekday === monday) await requestThatLapses(demo, day)
  const seen = visits.filter(({ course }) => course !== 'CANCELLED' && course !== 'NO_SHOW')
  for (const { id, course } of visits) if (course === 'CANCELLED') await cancel(dawn.desk, id)
  for (const { id } of seen) await act(dawn.desk, 'checkInAppointment', id)
  await delivered(demo)

  for (const { id, startsAt, course } of visits) {
    if (course !== 'NO_SHOW') continue
    demo.clock.set(new Date(startsAt.getTime() + 20 * minute))
    await act((await staffed(demo)).desk, 'markNoShow', id)
  }
  await delivered(demo)

  demo.clock.set(at('18:00'))
  const evening = await staffed(demo)
  for (const { id } of seen)
    for (const step of ['startAppointment', 'completeAppointment']) await act(evening.desk, step, id)
  await delivered(demo)
  for (const { id, course } of seen) {
    if (course === 'PAID') await pay(evening.billing, id, 1)
    if (course === 'PARTLY_PAID') await pay(evening.billing, id, 0.5)
  }
  await delivered(demo)
}

/** Nobody confirms it, so it lapses at its start. */
async function requestThatLapses(demo: Demo, day: Date): Promise<void> {
  const patient = await signIn(demo.subgraphs, 'patient@demo.example')
  const startsAt = wallClock(day, '16:00', demo.clinic.timeZone)
  await book(demo, patient, { doctor: 0, patient: 0, serviceType: 0, startsAt })
}

/** The clinic as it is now: one visit under way, one patient in the waiting room, one seen and paid. */
export async function today(demo: Demo): Promise<void> {
  const { desk, billing } = await staffed(demo)
  const onCall = demo.doctorIds.length - doctorsOnCall
  const now = demo.clock.now().getTime()
  const startOfSlot = now - (now % (5 * minute))
  const visitAt = (place: number, doctor: number, patient: number, startsAt: number) =>
    book(demo, desk, { doctor, patient, serviceType: place, startsAt: new Date(startsAt) })

  const seen = await visitAt(2, onCall, 3, startOfSlot - 5 * minute)
  for (const step of ['checkInAppointment', 'startAppointment', 'completeAppointment']) await act(desk, step, seen)
  await delivered(demo)
  await pay(billing, seen, 1)

  const underWay = await visitAt(0, onCall + 1, 5, startOfSlot - 10 * minute)
  await act(desk, 'checkInAppointment', underWay)
  await act(desk, 'startAppointment', underWay)

  const waiting = await visitAt(0, onCall, 8, startOfSlot + 30 * minute)
  await act(desk, 'checkInAppointment', waiting)
}

/** Two weeks ahead: confirmed visits, one that was called off, and two requests of the demo's patient. */
export async function comingDays(demo: Demo): Promise<void> {
  const { desk } = await staffed(demo)
  const patient = await signIn(demo.subgraphs, 'patient@demo.example')
  const days = nextWorkingDays(demo, 10)
  for (const [index, day] of days.entries()) {
    const morning = {
      doctor: index % 3,
      patient: 2 * index + 1,
      serviceType: index,
      startsAt: wallClock(day, '10:00', demo.clinic.timeZone),
    }
    await book(demo, desk, morning)
    const afternoon = {
      doctor: 6,
      patient: 2 * index + 2,
      serviceType: index + 1,
      startsAt: wallClock(day, '14:00', demo.clinic.timeZone),
    }
    const id = await book(demo, desk, afternoon)
    if (index === 4) await cancel(desk, id)
  }
  for (const [index, day] of days.slice(1, 3).entries()) {
    await book(demo, patient, {
      doctor: index,
      patient: 0,
      serviceType: 0,
      startsAt: wallClock(day, '11:30', demo.clinic.timeZone),
    })
  }
  await delivered(demo)
}

function nextWorkingDays(demo: Demo, count: number): Date[] {
  const days: Date[] = []
  const start = demo.clock.now().getTime()
  for (let ahead = 1; days.length < count; ahead++) {
    const day = new Date(start + ahead * 24 * hour)
    if (day.getUTCDay() !== 0 && day.getUTCDay() !== 6) days.push(day)
  }
  return days
}

async function book(
  { doctorIds, patientIds }: Demo,
  ask: Ask,
  visit: { doctor: number; patient: number; serviceType: number; startsAt: Date },
): Promise<string> {
  const { bookAppointment } = await ask<{ bookAppointment: { id: string } }>(
    'appointment',
    'mutation ($input: BookAppointmentInput!) { bookAppointment(input: $input) { id } }',
    {
      input: {
        doctorId: doctorIds[visit.doctor],
        patientId: patientIds[visit.patient % patientIds.length],
        serviceType: demoServiceTypes[visit.serviceType % demoServiceTypes.length]?.code,
        startsAt: visit.startsAt.toISOString(),
      },
    },
  )
  return bookAppointment.id
}

async function act(ask: Ask, mutation: string, id: string): Promise<void> {
  await ask('appointment', `mutation ($id: ID!) { ${mutation}(id: $id) { id } }`, { id })
}

async function cancel(desk: Ask, id: string): Promise<void> {
  await desk('appointment', 'mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) { id } }', {
    input: { id, reason: 'PATIENT_REQUEST' },
  })
}

interface VisitsInvoice {
  _entities: [{ invoice: { id: string; balance: { minorUnits: number; currency: string } } }]
}

async function pay(billing: Ask, appointmentId: string, share: number): Promise<void> {
  const {
    _entities: [{ invoice }],
  } = await billing<VisitsInvoice>(
    'billing',
    `query ($visit: [_Any!]!) {
      _entities(representations: $visit) { ... on Appointment { invoice { id balance { minorUnits currency } } } }
    }`,
    { visit: [{ __typename: 'Appointment', id: appointmentId }] },
  )
  const { minorUnits, currency } = invoice.balance
  await billing('billing', 'mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { id } }', {
    input: { invoiceId: invoice.id, amount: { minorUnits: Math.round(minorUnits * share), currency }, method: 'CARD' },
  })
}

/** Waits until every event has had its effect: only then may the clock move on. */
async function delivered({ subgraphs }: Demo): Promise<void> {
  for (const { database } of subgraphs.values()) {
    while ((await queryRows(database, 'SELECT 1 FROM outbox LIMIT 1')).length > 0) await delay(drainMilliseconds)
  }
}
