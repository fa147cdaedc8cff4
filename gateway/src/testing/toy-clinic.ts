import { emitted, refusal, type ToyContext, type ToyDefinition } from './toy-subgraph.js'

const ids = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`)
const numberOf = (id: string) => Number(id.slice(1))

interface Entity {
  id: string
}

/** p3 has no record: whoever refers to it refers to nobody. */
const patient = (id: string) =>
  id === 'p3' || !(numberOf(id) <= 5)
    ? null
    : { __typename: 'Patient', id, lastName: `Patient ${id}`, email: `${id}@example.com`, tags: [`tag ${id}`, null] }
const patients: ToyDefinition = {
  name: 'patient',
  sdl: /* GraphQL */ `
    interface Person { id: ID! lastName: String! }
    type Patient implements Person @key(fields: "id") {
      id: ID!
      lastName: String!
      email: String
      tags: [String]!
      secret: String
      friends(first: Int = 2): [Patient!]!
    }
    type Query { patient(id: ID!): Patient  patients(first: Int = 20): [Patient!]! }
    type Mutation { registerPatient(input: RegisterPatientInput!): Patient!  renamePatient(id: ID!, lastName: String!): Patient }
    input RegisterPatientInput { lastName: String! email: String age: Int kind: Kind = ADULT policies: [PolicyInput!] }
    input PolicyInput { validTo: String! number: Int! }
    enum Kind { ADULT CHILD  HIDDEN @inaccessible }
  `,
  resolvers: {
    Query: {
      patient: (_: unknown, { id }: Entity) => patient(id),
      patients: (_: unknown, { first }: { first: number }) => ids('p', Math.min(first, 5)).map(patient).filter(Boolean),
    },
    Mutation: {
      registerPatient: (_: unknown, { input }: { input: { lastName: string } }) => {
        if (input.lastName === 'Taken') throw refusal('DUPLICATE_EMAIL')
        return { id: 'p9', tags: [], ...input }
      },
      renamePatient: (_: unknown, { id, lastName }: { id: string; lastName: string }) => {
        const found = patient(id)
        return found && { ...found, lastName }
      },
    },
    Patient: {
      __resolveReference: ({ id }: Entity) => patient(id),
      secret: (_: unknown, __: unknown, { token }: ToyContext) => {
        if (token === undefined) throw refusal('FORBIDDEN')
        return 'a secret'
      },
      friends: ({ id }: Entity, { first }: { first: number }) =>
        ids('p', 5)
          .filter((other) => other !== id && other !== 'p3')
          .slice(0, first)
          .map(patient),
    },
  },
}

const doctor = (id: string) => ({
  __typename: 'Doctor',
  id,
  lastName: `Doctor ${id}`,
  specialization: numberOf(id) % 2 === 1 ? 'CARDIOLOGY' : 'DERMATOLOGY',
})
const doctors: ToyDefinition = {
  name: 'doctor',
  sdl: /* GraphQL */ `
    type Doctor @key(fields: "id") { id: ID! lastName: String! specialization: Specialization! calendar: Calendar! @inaccessible }
    enum Specialization { CARDIOLOGY DERMATOLOGY }
    type Calendar @inaccessible @shareable { zone: String! hours: [Hours!]! }
    type Hours @inaccessible @shareable { from: Int! to: Int! }
    type Query { doctor(id: ID!): Doctor  doctors: [Doctor!]!  failing: String }
  `,
  resolvers: {
    Query: {
      doctor: (_: unknown, { id }: Entity) => doctor(id),
      doctors: () => ids('d', 3).map(doctor),
      failing: () => {
        throw new Error('ada@example.com could not be read from table doctors')
      },
    },
    Doctor: {
      __resolveReference: ({ id }: Entity) => doctor(id),
      calendar: () => ({ zone: 'UTC', hours: [{ from: 9, to: 12 }] }),
    },
  },
}

const appointment = (id: string) => ({
  __typename: 'Appointment',
  id,
  startsAt: `2027-03-01T${String(8 + (numberOf(id) % 10)).padStart(2, '0')}:00:00Z`,
  patient: { __typename: 'Patient', id: `p${1 + (numberOf(id) % 5)}` },
  doctor: { __typename: 'Doctor', id: `d${1 + (numberOf(id) % 3)}` },
  attendees: [
    { __typename: 'Patient', id: `p${1 + (numberOf(id) % 5)}` },
    { __typename: 'Doctor', id: `d${1 + (numberOf(id) % 3)}` },
  ],
})
const connection = (all: string[]) => ({
  edges: all.map((id) => ({ cursor: `cursor ${id}`, node: appointment(id) })),
  pageInfo: { hasNextPage: false },
})
const appointments: ToyDefinition = {
  name: 'appointment',
  sdl: /* GraphQL */ `
    union Attendee = Patient | Doctor
    type Appointment @key(fields: "id") {
      id: ID!
      startsAt: String!
      patient: Patient
      doctor: Doctor
      attendees: [Attendee]!
    }
    type Patient @key(fields: "id") { id: ID! appointments(first: Int = 2): AppointmentConnection }
    type Doctor @key(fields: "id") {
      id: ID!
      calendar: Calendar! @external
      slots(after: Int = 0): [String!] @requires(fields: "calendar { zone hours { from to } }")
    }
    type Calendar @inaccessible @shareable { zone: String! hours: [Hours!]! }
    type Hours @inaccessible @shareable { from: Int! to: Int! }
    type AppointmentConnection { edges: [AppointmentEdge!]! pageInfo: PageInfo! }
    type AppointmentEdge { cursor: String! node: Appointment! }
    type PageInfo @shareable { hasNextPage: Boolean! }
    type StatusChange { appointment: Appointment! status: String! }
    type Query { appointment(id: ID!): Appointment  appointments(first: Int = 20): AppointmentConnection! }
    type Mutation { book(patientId: ID!): Appointment! }
    type Subscription { statusChanged(appointmentId: ID): StatusChange!  forStaff: StatusChange! }
  `,
  resolvers: {
    Query: {
      appointment: (_: unknown, { id }: Entity) => (numberOf(id) > 100 ? null : appointment(id)),
      appointments: (_: unknown, { first }: { first: number }) => connection(ids('a', first)),
    },
    Mutation: { book: (_: unknown, { patientId }: { patientId: string }) => appointment(`a${numberOf(patientId)}`) },
    Subscription: {
      statusChanged: {
        subscribe: (_: unknown, __: unknown, { events }: ToyContext) => emitted(events, 'status'),
        resolve: ({ id, status }: { id: string; status: string }) => ({ appointment: appointment(id), status }),
      },
      forStaff: {
        subscribe: () => {
          throw refusal('FORBIDDEN')
        },
      },
    },
    Appointment: { __resolveReference: ({ id }: Entity) => appointment(id) },
    Patient: {
      appointments: ({ id }: Entity, { first }: { first: number }) =>
        connection(
          ids('a', 20)
            .filter((each) => appointment(each).patient.id === id)
            .slice(0, first),
        ),
    },
    Doctor: {
      slots: (
        { id, calendar }: Entity & { calendar: { hours: { from: number; to: number }[] } },
        args: { after: number },
      ) => calendar.hours.map(({ from, to }) => `${id} ${Math.max(from, args.after)}-${to}`),
    },
  },
}

const billing: ToyDefinition = {
  name: 'billing',
  sdl: /* GraphQL */ `
    type Invoice @key(fields: "id") { id: ID! total: Int! lines: [Line!]! patient: Patient }
    type Line { text: String! price: Int }
    type Appointment @key(fields: "id") { id: ID! invoice: Invoice  paymentStatus: String }
    type Patient @key(fields: "id") { id: ID! balance: Int }
    type Query { invoice(id: ID!): Invoice }
  `,
  resolvers: {
    Query: { invoice: (_: unknown, { id }: Entity) => ({ __typename: 'Invoice', id, total: 120, lines: [] }) },
    Appointment: {
      __resolveReference: (reference: Entity) => reference,
      invoice: ({ id }: Entity) => {
        if (id === 'a4') throw refusal('FORBIDDEN')
        if (id === 'a5') return null
        const lines = [
          { text: 'Visit', price: 100 },
          { text: 'Plaster', price: null },
        ]
        return { id: `i${id.slice(1)}`, total: numberOf(id) * 10, lines, patient: appointment(id).patient }
      },
      paymentStatus: () => 'UNPAID',
    },
    Patient: { __resolveReference: (reference: Entity) => reference, balance: ({ id }: Entity) => numberOf(id) * 7 },
    Invoice: { __resolveReference: ({ id }: Entity) => ({ id, total: 1, lines: [] }) },
  },
}

/** Four departments that need one another, with everything a plan can be made of. */
export const toyClinic: readonly ToyDefinition[] = [patients, doctors, appointments, billing]
