import { openTestClinic, type TestClinic } from '@caregraph/cluster/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gatewaysOf } from './booking-load.js'
import { type Client, clientOf, type SignedIn, signIn } from './client.js'
import { enginesAreThere } from './engines-are-there.js'
import {
  aDoctor,
  aPatient,
  aPatientWhoSignsIn,
  aServiceType,
  aVisit,
  bookAppointment,
  inHours,
  invoiceOf,
} from './people.js'
import { clusterSettings } from './process.js'
import { until } from './until.js'

const visits = 20
const pendingSeconds = '2'

describe.skipIf(!enginesAreThere)('a clinic with two gateways and two copies of appointment', () => {
  let clinic: TestClinic
  let admin: SignedIn
  let people: { doctorId: string; patientId: string }
  let hours = 24
  beforeAll(async () => {
    clinic = await openTestClinic({
      copiesOf: { gateway: 2, appointment: 2 },
      settings: { ...clusterSettings, PENDING_SECONDS: pendingSeconds },
    })
    admin = await signIn(clinic.url)
    people = { doctorId: await aDoctor(admin), patientId: await aPatient(admin) }
    await aServiceType(admin)
  }, 180_000)
  afterAll(() => clinic?.close(), 180_000)

  const book = (reader: Client) => aVisit(reader, { ...people, startsAt: inHours(hours++) })

  it('tells who subscribes at any gateway of each change, once, whoever made it', async () => {
    const readers = gatewaysOf(clinic).map((url) => clientOf(url, admin.token))
    const feeds = readers.map(listen)
    const isHeard = async () => feeds.every(({ heard }) => heard.size > 0)
    while (!(await isHeard())) {
      await book(admin)
      await until('a first change at both', isHeard, 2_000).catch(() => undefined)
    }
    const booked: string[] = []
    for (let index = 0; index < visits; index++) booked.push(await book(readers[index % readers.length] as Client))
    for (const { heard } of feeds) {
      await until('all changes', async () => booked.every((id) => heard.has(id)))
      expect(booked.map((id) => heard.get(id))).toEqual(booked.map(() => ['CONFIRMED']))
    }
    for (const { leave } of feeds) await leave()
  })

  it('lets a request lapse once, though both copies look for it', async () => {
    const self = await aPatientWhoSignsIn(clinic.url)
    const { heard, leave } = listen(admin)
    while (heard.size === 0) {
      await book(admin)
      await until('a first change', async () => heard.size > 0, 2_000).catch(() => undefined)
    }
    const requested: string[] = []
    for (let index = 0; index < visits; index++) {
      const { bookAppointment: asked } = await self.client.get<{ bookAppointment: { id: string } }>(bookAppointment, {
        input: { ...people, patientId: self.id, serviceType: 'VISIT', startsAt: inHours(hours++) },
      })
      requested.push(asked.id)
    }
    await until('all to lapse', async () => requested.every((id) => heard.get(id)?.includes('EXPIRED')))
    expect(requested.map((id) => heard.get(id))).toEqual(requested.map(() => ['PENDING', 'EXPIRED']))
    await leave()
  })

  it('hands the relay over when the copy that has it is killed', async () => {
    const copies = clinic.copies.filter(({ room }) => room === 'appointment')
    for (const copy of copies) {
      await clinic.kill(copy)
      const killedAt = performance.now()
      const id = await until('a booking', () => book(admin).catch(() => undefined))
      await invoiceOf(admin, id)
      console.log(`an invoice ${Math.round(performance.now() - killedAt)} ms after ${copy.name} was killed`)
      await clinic.start(copy)
    }
  }, 120_000)
})

/** What is heard of each visit, in its order. */
function listen(subscriber: Client): { heard: Map<string, string[]>; leave(): Promise<unknown> } {
  const heard = new Map<string, string[]>()
  const feed = subscriber.subscribe<{ appointmentStatusChanged: { status: string; appointment: { id: string } } }>(
    'subscription { appointmentStatusChanged { status appointment { id } } }',
  )
  const hear = async () => {
    for await (const { data } of feed) {
      if (!data) continue
      const { status, appointment } = data.appointmentStatusChanged
      heard.set(appointment.id, [...(heard.get(appointment.id) ?? []), status])
    }
  }
  // A feed that ends says so by what is never heard.
  hear().catch(() => undefined)
  return { heard, leave: () => feed.return(undefined) }
}
