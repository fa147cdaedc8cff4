import type { Actor } from '@caregraph/access'
import { newId } from '@caregraph/database'
import { Refusal } from '@caregraph/refusals'
import type { Environment, Peers } from '@caregraph/subgraph'
import { anActor, type SubgraphUnderTest, startSubgraph } from '@caregraph/testing'
import type { ExecutionResult } from 'graphql'
import type { DoctorCalendar } from './calendar.rules.js'
import { appointment } from './index.js'

const everyDay = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const

export const roundTheClock = (): DoctorCalendar => ({
  available: true,
  timeZone: 'UTC',
  weeklyHours: everyDay.map((day) => ({ day, startsAt: '00:00', endsAt: '00:00' })),
  timeOff: [],
})

/** What the departments of patients and doctors would answer. */
export interface People {
  readonly patients: Map<string, { archivedAt: string | null }>
  readonly doctors: Map<string, { calendar: DoctorCalendar }>
  /** The departments that do not answer. */
  readonly closed: Set<string>
  aPatient(): string
  aDoctor(calendar?: Partial<DoctorCalendar>): string
}

export interface ClinicUnderTest extends SubgraphUnderTest {
  readonly people: People
  /** Books half an hour from `startsAt` on, with what is given instead. */
  book(input: object, actor?: Actor): Promise<ExecutionResult<Record<string, never>>>
  /** The id of an appointment that was booked so. */
  booked(input: object, actor?: Actor): Promise<string>
}

export const admin = anActor()
export const bookAppointment = `mutation ($input: BookAppointmentInput!) {
  bookAppointment(input: $input) { id status startsAt endsAt version }
}`

/** The appointment subgraph beside departments of patients and doctors whose answers the test decides. */
export async function openClinic(
  overrides: Partial<Omit<Environment, 'now' | 'peers'>> = {},
): Promise<ClinicUnderTest> {
  const people = somePeople()
  const clinic = await startSubgraph(appointment, { ...overrides, peers: peersAmong(people) })
  const saved = await clinic.ask(
    `mutation ($input: SaveServiceTypeInput!) { saveServiceType(input: $input) { code } }`,
    {
      input: {
        code: 'visit',
        name: 'Visit',
        durationMinutes: 30,
        price: { minorUnits: 12050, currency: 'USD' },
      },
    },
    admin,
  )
  if (saved.errors) throw saved.errors[0]
  const book: ClinicUnderTest['book'] = (input, actor = admin) =>
    clinic.ask(bookAppointment, { input: { serviceType: 'visit', ...input } }, actor)
  return {
    ...clinic,
    people,
    book,
    async booked(input, actor) {
      const { data, errors } = await book(
        { patientId: people.aPatient(), doctorId: people.aDoctor(), startsAt: '2027-03-02T09:00:00Z', ...input },
        actor,
      )
      if (errors) throw errors[0]
      return data?.['bookAppointment']?.['id'] as unknown as string
    },
  }
}

function somePeople(): People {
  const patients: People['patients'] = new Map()
  const doctors: People['doctors'] = new Map()
  return {
    patients,
    doctors,
    closed: new Set(),
    aPatient() {
      const id = newId()
      patients.set(id, { archivedAt: null })
      return id
    },
    aDoctor(calendar) {
      const id = newId()
      doctors.set(id, { calendar: { ...roundTheClock(), ...calendar } })
      return id
    },
  }
}

function peersAmong({ patients, doctors, closed }: People): Peers {
  return {
    async entities({ subgraph, type, ids }) {
      if (closed.has(subgraph)) throw new Refusal('SERVICE_UNAVAILABLE', { subgraph })
      const all: ReadonlyMap<string, object> = type === 'Patient' ? patients : doctors
      return new Map([...all].filter(([id]) => ids.includes(id))) as never
    },
  }
}
