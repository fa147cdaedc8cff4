import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startToyGateway, type ToyGateway } from '../testing/toy-gateway.js'

let gateway: ToyGateway

beforeAll(async () => {
  gateway = await startToyGateway({ settings: { deadlineMilliseconds: 300 } })
})
afterEach(() => {
  for (const each of Object.values(gateway.subgraphs)) {
    each.mode = 'open'
    each.requests.length = 0
  }
})
afterAll(() => gateway.stop())

const unavailable = (subgraph: string, path: (string | number)[]) => ({
  message: 'This department does not answer right now: try again in a moment.',
  path,
  extensions: { code: 'SERVICE_UNAVAILABLE', params: { subgraph } },
})
const forbidden = (path: (string | number)[]) => ({
  message: 'refused: FORBIDDEN',
  path,
  extensions: { code: 'FORBIDDEN' },
})

describe('a whole answer', () => {
  it('holds the fields of four subgraphs in the order in which they were asked for', async () => {
    const { status, body } = await gateway.ask(/* GraphQL */ `
      query Day {
        appointments(first: 2) {
          edges {
            node {
              invoice { total }
              startsAt
              who: patient { __typename name: lastName balance }
              doctor { specialization }
            }
          }
        }
      }
    `)
    expect(status).toBe(200)
    expect(JSON.stringify(body)).toBe(
      JSON.stringify({
        data: {
          appointments: {
            edges: [
              {
                node: {
                  invoice: { total: 10 },
                  startsAt: '2027-03-01T09:00:00Z',
                  who: { __typename: 'Patient', name: 'Patient p2', balance: 14 },
                  doctor: { specialization: 'DERMATOLOGY' },
                },
              },
              {
                node: {
                  invoice: { total: 20 },
                  startsAt: '2027-03-01T10:00:00Z',
                  who: null,
                  doctor: { specialization: 'CARDIOLOGY' },
                },
              },
            ],
          },
        },
      }),
    )
  })

  it('asks for the same entity only once', async () => {
    await gateway.ask('{ appointments(first: 20) { edges { node { patient { email } } } } }')
    const representations = gateway.subgraphs.patient.requests.map(({ variables }) => variables?.['representations'])
    expect(representations).toEqual([['p2', 'p3', 'p4', 'p5', 'p1'].map((id) => ({ __typename: 'Patient', id }))])
  })
})

describe('a reference to what is not there, or not for the caller', () => {
  it('is null without an error', async () => {
    const { body } = await gateway.ask('{ appointment(id: "a2") { id patient { lastName } } }')
    expect(body).toEqual({ data: { appointment: { id: 'a2', patient: null } } })
  })
})

describe('the deadline', () => {
  it('is one for all that an operation asks, step by step and side by side', async () => {
    await gateway.ask('{ appointments(first: 2) { edges { node { doctor { slots } patient { balance } } } } }')
    const deadlines = Object.values(gateway.subgraphs).flatMap(({ requests }) =>
      requests.map((each) => each.deadlineAt),
    )
    expect(deadlines.length).toBeGreaterThan(3)
    expect(new Set(deadlines).size).toBe(1)
    expect(deadlines[0]).toBeGreaterThan(0)
  })
})

describe('a subgraph that does not answer', () => {
  it('leaves null and the reason where its fields would be, and the rest of the answer stands', async () => {
    gateway.subgraphs.billing.mode = 'closed'
    const { status, body } = await gateway.ask(
      '{ appointments(first: 2) { edges { node { id bill: invoice { total } paymentStatus } } } }',
    )
    expect(status).toBe(200)
    const at = (index: number, field: string) => unavailable('billing', ['appointments', 'edges', index, 'node', field])
    expect(body).toEqual({
      data: {
        appointments: {
          edges: [
            { node: { id: 'a1', bill: null, paymentStatus: null } },
            { node: { id: 'a2', bill: null, paymentStatus: null } },
          ],
        },
      },
      errors: [at(0, 'bill'), at(0, 'paymentStatus'), at(1, 'bill'), at(1, 'paymentStatus')],
    })
  })

  it('is told at the reference where the reference itself becomes null', async () => {
    gateway.subgraphs.patient.mode = 'closed'
    const { body } = await gateway.ask('{ appointment(id: "a1") { patient { lastName email } doctor { lastName } } }')
    expect(body).toEqual({
      data: { appointment: { patient: null, doctor: { lastName: 'Doctor d2' } } },
      errors: [unavailable('patient', ['appointment', 'patient'])],
    })
  })

  it('is told once for each deadline that passes in silence', async () => {
    gateway.subgraphs.doctor.mode = 'silent'
    const { body } = await gateway.ask('{ appointment(id: "a1") { id doctor { specialization } } }')
    expect(body).toEqual({
      data: { appointment: { id: 'a1', doctor: null } },
      errors: [unavailable('doctor', ['appointment', 'doctor'])],
    })
  })

  it('is the reason of a field that requires something of it, which no client can see', async () => {
    gateway.subgraphs.doctor.mode = 'closed'
    const { body } = await gateway.ask('{ appointment(id: "a1") { doctor { id slots } } }')
    expect(body).toEqual({
      data: { appointment: { doctor: { id: 'd2', slots: null } } },
      errors: [unavailable('doctor', ['appointment', 'doctor', 'slots'])],
    })
  })

  it('leaves no data where its field is one that is never null', async () => {
    gateway.subgraphs.appointment.mode = 'closed'
    const { status, body } = await gateway.ask('mutation { booked: book(patientId: "p1") { id } }')
    expect(status).toBe(200)
    expect(body).toEqual({ data: null, errors: [unavailable('appointment', ['booked'])] })
  })
})

describe('a refusal of a subgraph', () => {
  it('is shown at the path at which the client asked, with every index', async () => {
    const { body } = await gateway.ask(
      '{ appointments(first: 4) { edges { node { invoice { total } } } } patient(id: "p1") { friends { secret } } }',
    )
    expect(body).toEqual({
      data: {
        appointments: {
          edges: [10, 20, 30]
            .map((total) => ({ node: { invoice: { total } } }))
            .concat({ node: { invoice: null as never } }),
        },
        patient: { friends: [{ secret: null }, { secret: null }] },
      },
      errors: [
        forbidden(['appointments', 'edges', 3, 'node', 'invoice']),
        forbidden(['patient', 'friends', 0, 'secret']),
        forbidden(['patient', 'friends', 1, 'secret']),
      ],
    })
  })

  it('tells nothing but the request id where it is none of the catalogue', async () => {
    const { status, body } = await gateway.ask('{ failing doctor(id: "d1") { id } }')
    expect(status).toBe(200)
    expect(body).toEqual({
      data: { failing: null, doctor: { id: 'd1' } },
      errors: [
        {
          message: 'Something went wrong on our side. Quote the request id to the operator.',
          path: ['failing'],
          extensions: {
            code: 'INTERNAL_SERVER_ERROR',
            params: { requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
          },
        },
      ],
    })
  })

  it('keeps its code and leaves no data where an act is refused', async () => {
    const { body } = await gateway.ask('mutation { registerPatient(input: { lastName: "Taken" }) { id } }')
    expect(body).toEqual({
      data: null,
      errors: [
        { message: 'refused: DUPLICATE_EMAIL', path: ['registerPatient'], extensions: { code: 'DUPLICATE_EMAIL' } },
      ],
    })
  })
})
