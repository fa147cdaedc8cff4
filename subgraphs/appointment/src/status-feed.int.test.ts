import { type Actor, InvalidToken } from '@caregraph/access'
import { createLocalBus, type EventBus } from '@caregraph/events'
import { Refusal } from '@caregraph/refusals'
import { anActor, until } from '@caregraph/testing'
import type { ExecutionResult } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { admin, type ClinicUnderTest, openClinic } from './clinic-under-test.js'
import { openStatusFeed } from './status-feed.js'

let clinic: ClinicUnderTest
beforeAll(async () => {
  clinic = await openClinic()
})
afterAll(() => clinic.stop())

const fields = `{ previousStatus status changedAt appointment { id status version allowedActions history { status } } }`

async function follow(actor: Actor | undefined, args = '', selection = fields) {
  const results = await clinic.running.subscribe({
    query: `subscription { appointmentStatusChanged${args} ${selection} }`,
    token: actor?.token,
    requestId: 'test',
  })
  if (!(Symbol.asyncIterator in results)) return { codes: codesOf(results) }
  const heard: string[] = []
  const errors: unknown[] = []
  const reading = (async () => {
    for await (const result of results) {
      errors.push(...codesOf(result))
      const change = result.data?.['appointmentStatusChanged'] as
        | { appointment: { id: string }; status: string }
        | undefined
      if (change) heard.push(`${change.appointment.id} ${change.status}`)
    }
  })()
  return { results, heard, errors, reading }
}
const codesOf = ({ errors = [] }: ExecutionResult) => errors.map(({ extensions }) => extensions['code'])

const cancel = (id: string) =>
  clinic.ask(
    'mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) { id } }',
    { input: { id, reason: 'OTHER' } },
    admin,
  )

describe('appointmentStatusChanged', () => {
  it('tells a booking with no status before it, and each later change, with the appointment as it stands', async () => {
    const [patient, doctorId] = [anActor({ id: clinic.people.aPatient(), roles: ['PATIENT'] }), clinic.people.aDoctor()]
    const results = await clinic.running.subscribe({
      query: `subscription ($id: ID) { appointmentStatusChanged(doctorId: $id) ${fields} }`,
      variables: { id: doctorId },
      token: admin.token,
      requestId: 'test',
    })
    if (!(Symbol.asyncIterator in results)) throw new Error('refused')
    const id = await clinic.booked({ patientId: patient.id, doctorId }, patient)
    const booked = await results.next()
    expect(booked.value).toEqual({
      data: {
        appointmentStatusChanged: {
          previousStatus: null,
          status: 'PENDING',
          changedAt: '2027-03-01T08:00:00.000Z',
          appointment: {
            id,
            status: 'PENDING',
            version: 1,
            allowedActions: ['CONFIRM', 'CANCEL'],
            history: [{ status: 'PENDING' }],
          },
        },
      },
    })
    await clinic.ask('mutation ($id: ID!) { confirmAppointment(id: $id) { id } }', { id }, admin)
    const confirmed = await results.next()
    expect(confirmed.value?.data).toMatchObject({
      appointmentStatusChanged: {
        previousStatus: 'PENDING',
        status: 'CONFIRMED',
        appointment: { version: 2, history: [{ status: 'PENDING' }, { status: 'CONFIRMED' }] },
      },
    })
    await results.return()
  })

  it('reaches whoever may see the appointment and asked for it, and nobody else', async () => {
    const [patientId, doctorId] = [clinic.people.aPatient(), clinic.people.aDoctor()]
    const [patient, doctor] = [
      anActor({ id: patientId, roles: ['PATIENT'] }),
      anActor({ id: doctorId, roles: ['DOCTOR'] }),
    ]
    const others = [anActor({ roles: ['PATIENT'] }), anActor({ roles: ['DOCTOR'] })] as const
    const hearing = await Promise.all([
      follow(admin),
      follow(anActor({ roles: ['BILLING'] })),
      follow(patient),
      follow(doctor),
      follow(admin, `(patientId: "${patientId}", doctorId: "${doctorId}")`),
    ])
    const deaf = await Promise.all([
      follow(others[0]),
      follow(others[1]),
      follow(others[0], `(patientId: "${patientId}")`),
      follow(admin, `(patientId: "${patientId}", doctorId: "${others[1].id}")`),
      follow(admin, `(appointmentId: "${others[1].id}")`),
    ])
    const id = await clinic.booked({ patientId, doctorId })
    const one = await follow(patient, `(appointmentId: "${id}")`)
    await until(() => hearing.every(({ heard }) => heard?.length === 1))
    await cancel(id)
    await until(() => [...hearing, one].every(({ heard }) => heard?.at(-1) === `${id} CANCELLED`))
    for (const { heard, errors } of deaf) expect([heard, errors]).toEqual([[], []])
    for (const { results } of [...hearing, ...deaf, one]) await results?.return()
  })

  it('is refused to whoever may see no appointment, and to a garbled id', async () => {
    expect((await follow(undefined)).codes).toEqual(['UNAUTHENTICATED'])
    expect((await follow(anActor({ roles: ['AUDITOR'] }))).codes).toEqual(['FORBIDDEN'])
    expect((await follow(admin, '(doctorId: "x")')).codes).toEqual(['BAD_USER_INPUT'])
    expect((await follow(admin, '(patientId: "")')).codes).toEqual(['BAD_USER_INPUT'])
  })

  it('is over when the token has run out or was withdrawn', async () => {
    const tokens = new Set(['good'])
    const other = await openClinic({
      verifyToken: async (token) => {
        if (token === admin.token || tokens.has(token)) return { ...admin, token }
        throw new InvalidToken('expired')
      },
    })
    const results = await other.running.subscribe({
      query: 'subscription { appointmentStatusChanged { status } }',
      token: 'good',
      requestId: 'test',
    })
    if (!(Symbol.asyncIterator in results)) throw new Error('refused')
    await other.booked({})
    expect((await results.next()).value?.data).toEqual({ appointmentStatusChanged: { status: 'CONFIRMED' } })
    tokens.clear()
    await other.booked({})
    const last = await results.next()
    expect(last.value && codesOf(last.value)).toEqual(['UNAUTHENTICATED'])
    expect((await results.next()).done).toBe(true)
    await other.stop()
  })

  it('ends at once for 200 who come and go, also while they wait', async () => {
    const all = await Promise.all(Array.from({ length: 200 }, () => follow(admin)))
    await clinic.booked({})
    await until(() => all.every(({ heard }) => heard?.length === 1))
    await Promise.all(all.map(({ results }) => results?.return()))
    await Promise.all(all.map(({ reading }) => reading))
  })
})

describe('the feed', () => {
  const isWanted = () => true
  const open = async (bus = createLocalBus()) => {
    return { bus, ...(await openStatusFeed({ database: clinic.database, bus, log: { info() {}, error() {} } })) }
  }
  const anEvent = async () => {
    const id = await clinic.booked({})
    return until(() => clinic.published.find(({ subject }) => subject === id))
  }

  it('lets nobody follow before it listens: he would miss changes without knowing it', async () => {
    let listens: (() => void) | undefined
    const tail: EventBus['tail'] = async (_topics, _listen, onListening) => {
      listens = onListening
      return async () => undefined
    }
    const { feed, stop } = await open({ ...createLocalBus(), tail })
    const early = feed.follow(isWanted)
    expect(await early.next()).toEqual({
      done: false,
      value: new Refusal('SERVICE_UNAVAILABLE', { subgraph: 'appointment' }),
    })
    expect(await early.next()).toEqual({ done: true, value: undefined })
    listens?.()
    feed.follow(isWanted)
    expect(feed.followers).toBe(1)
    await stop()
  })

  it('keeps nobody who has gone', async () => {
    const { feed, bus, stop } = await open()
    const all = Array.from({ length: 200 }, () => feed.follow(isWanted))
    const waiting = all.map((each) => each.next())
    expect(feed.followers).toBe(200)
    await bus.publish('appointment-events', [await anEvent()])
    await Promise.all(waiting)
    await Promise.all(all.map((each) => each.return?.()))
    expect(feed.followers).toBe(0)
    await stop()
  })

  it('lets go of who does not read: he gets what he had, then the reason', async () => {
    const { feed, bus, stop } = await open()
    const slow = feed.follow(isWanted)
    const event = await anEvent()
    await bus.publish('appointment-events', Array(1_500).fill(event))
    await until(() => feed.followers === 0)
    let count = 0
    let last: unknown
    for await (const change of slow) {
      count++
      last = change
    }
    expect(count).toBe(1_001)
    expect(last).toBeInstanceOf(Refusal)
    expect(last).toMatchObject({ code: 'RATE_LIMITED' })
    await stop()
  })

  it('ends with the subgraph', async () => {
    const { feed, stop } = await open()
    const waiting = feed.follow(isWanted).next()
    await stop()
    expect((await waiting).done).toBe(true)
  })
})
