import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { type Client, clientOf, signIn } from './client.js'
import { aDoctor, aServiceType, bookAppointment, inHours } from './people.js'
import { until } from './until.js'

const url = inject('clinicUrl')
let admin: Client
beforeAll(async () => {
  admin = await signIn(url)
})

interface Change {
  appointmentStatusChanged: {
    previousStatus: string | null
    status: string
    appointment: { id: string; patient: { name: string }; doctor: { name: string } }
  }
}
interface Visit {
  appointment: {
    status: string
    invoice: {
      id: string
      number: string | null
      status: string
      total: { decimal: string }
      balance: { minorUnits: number; currency: string }
      pdfUrl: string
    } | null
  }
}

type Feed = AsyncGenerator<{ data?: Change | null }>

/** A subscription does not say when it has begun: something is done, again and again, until it tells of it. */
async function listening(feed: Feed, doSomething: (time: number) => Promise<unknown>): Promise<void> {
  let heard = false
  const first = feed.next().then(() => {
    heard = true
  })
  for (let time = 0; !heard; time++) await Promise.all([doSomething(time), Promise.race([first, delay(200)])])
}

async function changeOf(feed: Feed, appointmentId: string): Promise<Change['appointmentStatusChanged']> {
  for (;;) {
    const { value } = await feed.next()
    const change = value?.data?.appointmentStatusChanged
    if (change?.appointment.id === appointmentId) return change
  }
}

async function book(client: Client, input: object): Promise<{ id: string; status: string }> {
  return (await client.get<{ bookAppointment: { id: string; status: string } }>(bookAppointment, { input }))
    .bookAppointment
}

const visit = `query ($id: ID!) {
  appointment(id: $id) {
    status
    invoice { id number status total { decimal } balance { minorUnits currency } pdfUrl }
  }
}`

describe("a clinic's day", () => {
  it('goes from a stranger who looks for a doctor to a paid invoice in the figures, live', async () => {
    const serviceType = await aServiceType(admin, { code: 'DAY', price: { minorUnits: 12_050, currency: 'USD' } })
    const doctorId = await aDoctor(admin, { name: 'Dr. Elif Şahin', department: 'Day clinic' })

    const stranger = clientOf(url)
    const { doctors } = await stranger.get<{
      doctors: { edges: { node: { id: string; openSlots: { startsAt: string }[] } }[] }
    }>(
      `query ($from: DateTime!, $to: DateTime!) {
        doctors(search: "sahin") { edges { node { id name openSlots(serviceType: "DAY", from: $from, to: $to) { startsAt endsAt } } } }
      }`,
      { from: inHours(1), to: inHours(3) },
    )
    const found = doctors.edges.find(({ node }) => node.id === doctorId)?.node
    expect(found?.openSlots).toHaveLength(4)
    const startsAt = found?.openSlots[1]?.startsAt

    const { register } = await stranger.get<{ register: { accessToken: string; user: { id: string } } }>(
      'mutation ($input: RegisterInput!) { register(input: $input) { accessToken user { id roles } } }',
      { input: { name: 'Zoë Ångström', email: 'zoe@day.example', password: 'twelve-or-more-characters' } },
    )
    const patient = clientOf(url, register.accessToken)
    const patientId = register.user.id
    const { me } = await patient.get<{ me: object }>('{ me { sessions { userAgent current } } }')
    expect(me).toEqual({ sessions: [{ userAgent: 'node', current: true }] })
    await patient.get('mutation ($input: RegisterPatientInput!) { registerPatient(input: $input) { id } }', {
      input: { name: 'Zoë Ångström', dateOfBirth: '1991-05-04' },
    })

    const feed = patient.subscribe<Change>(
      `subscription ($doctorId: ID) {
        appointmentStatusChanged(doctorId: $doctorId) {
          previousStatus status appointment { id patient { name } doctor { name } }
        }
      }`,
      { doctorId },
    )
    await listening(feed, (hours) => book(admin, { patientId, doctorId, serviceType, startsAt: inHours(100 + hours) }))
    const booked = await book(patient, { patientId, doctorId, serviceType, startsAt })
    expect(booked.status).toBe('PENDING')
    expect(await changeOf(feed, booked.id)).toEqual({
      previousStatus: null,
      status: 'PENDING',
      appointment: { id: booked.id, patient: { name: 'Zoë Ångström' }, doctor: { name: 'Dr. Elif Şahin' } },
    })

    const act = (mutation: string) =>
      admin.get(`mutation ($id: ID!) { ${mutation}(id: $id) { status } }`, { id: booked.id })
    await act('confirmAppointment')
    expect(await changeOf(feed, booked.id)).toMatchObject({ previousStatus: 'PENDING', status: 'CONFIRMED' })
    await feed.return(undefined)

    const { invoice } = await until('the draft invoice', async () => {
      const { appointment } = await patient.get<Visit>(visit, { id: booked.id })
      return appointment.invoice && { invoice: appointment.invoice }
    })
    expect(invoice).toMatchObject({ status: 'DRAFT', number: null, total: { decimal: '120.50' } })
    const pdf = await fetch(invoice.pdfUrl.replace(/^https?:\/\/[^/]+/, url))
    expect({ status: pdf.status, type: pdf.headers.get('content-type') }).toEqual({
      status: 200,
      type: 'application/pdf',
    })
    expect(
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-')

    await act('checkInAppointment')
    await act('startAppointment')
    await act('completeAppointment')
    await until('the issued invoice', async () => {
      const { appointment } = await patient.get<Visit>(visit, { id: booked.id })
      return appointment.invoice?.status === 'ISSUED'
    })
    await admin.get('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
      input: { name: 'Till', email: 'till@day.example', password: 'twelve-or-more-characters', roles: ['FRONT_DESK'] },
    })
    const desk = await signIn(url, { email: 'till@day.example', password: 'twelve-or-more-characters' })
    await desk.get('mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { id } }', {
      input: { invoiceId: invoice.id, amount: invoice.balance, method: 'CARD' },
    })
    const { appointment: paid } = await patient.get<Visit>(visit, { id: booked.id })
    expect(paid).toMatchObject({ status: 'COMPLETED', invoice: { status: 'PAID', balance: { minorUnits: 0 } } })
    expect(paid.invoice?.number).toMatch(/^\d{4}-\d{6}$/)

    const day = new Date().toISOString().slice(0, 10)
    await until("the visit in the doctor's figures", async () => {
      const { doctor } = await admin.get<{
        doctor: { statistics: { appointmentsCompleted: number; collected: { decimal: string }[] } }
      }>(
        `query ($id: ID!, $day: Date!) { doctor(id: $id) { statistics(from: $day, to: $day) {
          appointmentsBooked appointmentsCompleted invoiced { decimal } collected { decimal }
        } } }`,
        { id: doctorId, day },
      )
      return doctor.statistics.appointmentsCompleted === 1 && doctor.statistics.collected[0]?.decimal === '120.50'
    })
  })
})
