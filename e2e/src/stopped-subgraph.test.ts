import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, signIn } from './client.js'
import { openClinicHere } from './clinic-here.js'
import { aDoctor, aPatient, aServiceType, bookAppointment, inHours, invoiceOf } from './people.js'

let clinic: Awaited<ReturnType<typeof openClinicHere>>
let admin: Client
let booking: { patientId: string; doctorId: string; serviceType: string; startsAt: string }
let id: string
beforeAll(async () => {
  clinic = await openClinicHere()
  admin = await signIn(clinic.url)
  booking = {
    patientId: await aPatient(admin, { name: 'Ines Castro' }),
    doctorId: await aDoctor(admin, { name: 'Dr. Pedro' }),
    serviceType: await aServiceType(admin),
    startsAt: inHours(30),
  }
  const booked = await admin.get<{ bookAppointment: { id: string } }>(bookAppointment, { input: booking })
  id = booked.bookAppointment.id
  await invoiceOf(admin, id)
})
afterAll(() => clinic.close())

const visit = `query ($id: ID!) {
  appointment(id: $id) { status patient { name } doctor { name } invoice { status } }
}`
const whole = {
  status: 'CONFIRMED',
  patient: { name: 'Ines Castro' },
  doctor: { name: 'Dr. Pedro' },
  invoice: { status: 'DRAFT' },
}

const away = (subgraph: string, ...path: (string | number)[]) => ({
  path,
  extensions: { code: 'SERVICE_UNAVAILABLE', params: { subgraph } },
})

async function lookAt(query: string, variables: object = {}) {
  const { status, data, errors } = await admin.ask(query, variables)
  return { status, data, errors: errors.map(({ path, extensions }) => ({ path, extensions })) }
}

const stop = (name: string) => clinic.clinic.subgraphs.get(name)?.stop()

async function readiness(): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${clinic.url}/health/ready`)
  return { status: answer.status, body: await answer.json() }
}

// One story in its order: what was closed stays closed.
describe('when departments close one after the other', () => {
  it('everything is there as long as all are open', async () => {
    expect(await lookAt(visit, { id })).toEqual({ status: 200, data: { appointment: whole }, errors: [] })
    expect(await readiness()).toEqual({ status: 200, body: { status: 'ready' } })
  })

  it('billing leaves a gap at the invoice, with its reason, and the rest stands', async () => {
    await stop('billing')
    expect(await lookAt(visit, { id })).toEqual({
      status: 200,
      data: { appointment: { ...whole, invoice: null } },
      errors: [away('billing', 'appointment', 'invoice')],
    })
    expect(await readiness()).toEqual({ status: 503, body: { status: 'not ready', subgraphs: ['billing'] } })
    expect((await fetch(`${clinic.url}/invoices/x.pdf`)).status).toBe(503)
    expect((await fetch(`${clinic.url}/health/live`)).status).toBe(200)
  })

  it('a visit is booked without billing, which hears of it later', async () => {
    const { errors } = await lookAt(bookAppointment, { input: { ...booking, startsAt: inHours(31) } })
    expect(errors).toEqual([])
  })

  it('patient leaves a second gap, also at each row of a list', async () => {
    await stop('patient')
    expect(await lookAt(visit, { id })).toEqual({
      status: 200,
      data: { appointment: { ...whole, patient: null, invoice: null } },
      errors: expect.arrayContaining([
        away('patient', 'appointment', 'patient'),
        away('billing', 'appointment', 'invoice'),
      ]),
    })
    expect(await lookAt('{ appointments { edges { node { status patient { name } } } } }')).toEqual({
      status: 200,
      data: { appointments: { edges: Array(2).fill({ node: { status: 'CONFIRMED', patient: null } }) } },
      errors: [0, 1].map((row) => away('patient', 'appointments', 'edges', row, 'node', 'patient')),
    })
    expect(await readiness()).toEqual({ status: 503, body: { status: 'not ready', subgraphs: ['billing', 'patient'] } })
  })

  it('nothing is booked for a patient whom nobody can vouch for', async () => {
    const { errors } = await lookAt(bookAppointment, { input: { ...booking, startsAt: inHours(32) } })
    expect(errors).toEqual([away('patient', 'bookAppointment')])
    expect(await lookAt('{ appointments { totalCount } }')).toMatchObject({ data: { appointments: { totalCount: 2 } } })
  })

  it('a root field of a closed department is null, and its neighbour is answered', async () => {
    expect(
      await lookAt('query ($patientId: ID!) { patient(id: $patientId) { name } doctors { totalCount } }', booking),
    ).toEqual({
      status: 200,
      data: { patient: null, doctors: { totalCount: 1 } },
      errors: [away('patient', 'patient')],
    })
  })
})
