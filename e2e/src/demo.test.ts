import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allNodes, type Client, clientOf, signIn } from './client.js'
import { type ClinicProcess, removeFolder, startClinicProcess } from './process.js'
import { until } from './until.js'

const dayMilliseconds = 86_400_000
const environment = { DEMO: 'on' }

interface Visit {
  startsAt: string
  status: string
  fee: { decimal: string }
  serviceType: { code: string }
  patient: { name: string }
  doctor: { name: string }
  invoice: { status: string; total: { decimal: string }; paid: { decimal: string } } | null
}

let clinic: ClinicProcess
let other: ClinicProcess
let admin: Client
beforeAll(async () => {
  const starting = [startClinicProcess({ environment }), startClinicProcess({ environment })] as const
  clinic = await starting[0]
  other = await starting[1]
  admin = await signIn(clinic.url)
  // A request that nobody has answered lapses by itself, a moment after the start.
  for (const each of [clinic, other]) {
    const client = await signIn(each.url)
    await until('a lapsed request', async () => (await visitsOf(client)).some(({ status }) => status === 'EXPIRED'))
  }
}, 180_000)
afterAll(async () => {
  for (const each of [clinic, other]) {
    await each.stop()
    await removeFolder(each.dataDirectory)
  }
})

describe('the demo clinic', () => {
  it('has a dozen doctors with hours, tens of patients, and visits and invoices in every state', async () => {
    const doctors = await doctorsOf(admin)
    expect(doctors.length).toBeGreaterThanOrEqual(12)
    expect(doctors.filter(({ weeklyHours }) => weeklyHours.length === 0)).toEqual([])
    expect((await patientsOf(admin)).length).toBeGreaterThanOrEqual(20)

    const visits = await visitsOf(admin)
    expect(new Set(visits.map(({ status }) => status))).toEqual(
      new Set(['PENDING', 'CONFIRMED', 'CHECKED_IN', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'NO_SHOW', 'EXPIRED']),
    )
    expect(visits.filter(({ invoice }) => invoice === null)).toEqual([])
    expect(new Set(visits.map(({ invoice }) => invoice?.status))).toEqual(
      new Set(['DRAFT', 'ISSUED', 'PARTIALLY_PAID', 'PAID', 'VOID']),
    )
  })

  it('has the figures of these visits', async () => {
    const visits = await visitsOf(admin)
    const { clinicStatistics } = await admin.get<{ clinicStatistics: { totals: Record<string, number> } }>(
      `query ($from: Date!, $to: Date!) { clinicStatistics(from: $from, to: $to) { totals {
        patientsRegistered appointmentsBooked appointmentsCompleted appointmentsCancelled noShows
      } } }`,
      { from: dayFromNow(-60), to: dayFromNow(1) },
    )
    const withStatus = (status: string) => visits.filter((visit) => visit.status === status).length
    expect(clinicStatistics.totals).toEqual({
      patientsRegistered: (await patientsOf(admin)).length,
      appointmentsBooked: visits.length,
      appointmentsCompleted: withStatus('COMPLETED'),
      appointmentsCancelled: withStatus('CANCELLED'),
      noShows: withStatus('NO_SHOW'),
    })
  })

  it('is the same on every fresh start of a day: people, visits and amounts', async () => {
    const otherAdmin = await signIn(other.url)
    expect(await patientsOf(otherAdmin)).toEqual(await patientsOf(admin))
    expect(await doctorsOf(otherAdmin)).toEqual(await doctorsOf(admin))
    expect(storyOf(await visitsOf(otherAdmin))).toEqual(storyOf(await visitsOf(admin)))
  })

  it('lets everybody in with the password that it has printed', async () => {
    const password = /all with the password (\S+)/.exec(clinic.output())?.[1]
    const accounts = [...clinic.output().matchAll(/^ +(\S+@\S+) +([A-Z_]+)$/gm)]
    expect(accounts.map(([, , role]) => role)).toEqual([
      'ADMIN',
      'FRONT_DESK',
      'DOCTOR',
      'BILLING',
      'AUDITOR',
      'PATIENT',
    ])
    for (const [, email = '', role = ''] of accounts) {
      const client = await signIn(clinic.url, { email, password: password ?? '' })
      expect(await client.get('{ me { email roles } }')).toEqual({ me: { email, roles: [role] } })
    }
  })

  it('is not filled again by the next start', async () => {
    const before = storyOf(await visitsOf(admin))
    expect(await clinic.stop()).toBe(0)
    clinic = await startClinicProcess({ dataDirectory: clinic.dataDirectory, environment })
    admin = clientOf(clinic.url, admin.token)
    expect(storyOf(await visitsOf(admin))).toEqual(before)
  })
})

const dayFromNow = (days: number) => new Date(Date.now() + days * dayMilliseconds).toISOString().slice(0, 10)

const visitsOf = (client: Client) =>
  allNodes<Visit>(
    client,
    `query ($after: String) {
      appointments(first: 100, after: $after) {
        edges { node {
          startsAt status fee { decimal } serviceType { code } patient { name } doctor { name }
          invoice { status total { decimal } paid { decimal } }
        } }
        pageInfo { hasNextPage endCursor }
      }
    }`,
  )

const patientsOf = (client: Client) =>
  allNodes<{ name: string }>(
    client,
    `query ($after: String) {
      patients(first: 100, after: $after) {
        edges { node { name email phone dateOfBirth gender identifiers { value } } }
        pageInfo { hasNextPage endCursor }
      }
    }`,
  )

const doctorsOf = (client: Client) =>
  allNodes<{ name: string; weeklyHours: object[] }>(
    client,
    `query ($after: String) {
      doctors(first: 100, after: $after) {
        edges { node { name specialization department licenseNumber weeklyHours { day startsAt endsAt } } }
        pageInfo { hasNextPage endCursor }
      }
    }`,
  )

/** What two clinics of one day have in common: today's visits are planned around the minute of the start. */
function storyOf(visits: readonly Visit[]): string[] {
  return visits
    .map(({ startsAt, ...visit }) => {
      const day = startsAt.slice(0, 10)
      return JSON.stringify({ ...visit, startsAt: day === dayFromNow(0) ? 'today' : startsAt })
    })
    .sort()
}
