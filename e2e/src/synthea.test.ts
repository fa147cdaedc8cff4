import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { type Client, signIn } from './client.js'
import { aServiceType, bookAppointment } from './people.js'
import { administrator } from './process.js'

const folder = process.env['CAREGRAPH_SYNTHEA'] ?? ''
const isGiven = folder !== ''
const suffix = isGiven ? '' : ' (skipped: CAREGRAPH_SYNTHEA names no folder of it)'

const url = inject('clinicUrl')
let admin: Client
beforeAll(async () => {
  admin = await signIn(url)
})

const hour = 3_600_000
const week = 7 * 24 * hour

interface Encounter {
  doctor: string
  patient: string
  startsAt: number
  endsAt: number
}

describe.skipIf(!isGiven)(`the Synthea sample${suffix}`, () => {
  it('is imported by one command, whose second run adds nothing', async () => {
    const before = await countPeople()
    await runImporter()
    const after = await countPeople()
    expect({ patients: after.patients - before.patients, doctors: after.doctors - before.doctors }).toEqual({
      patients: 40,
      doctors: 102,
    })
    await runImporter()
    expect(await countPeople()).toEqual(after)
  })

  it('is booked as it happened: the clinic and a dozen lines agree on every visit', async () => {
    const encounters = await readEncounters()
    expect(encounters.length).toBeGreaterThan(100)
    const serviceType = await aServiceType(admin)
    const patientIdOf = remembered((id) => idByFhirId('patients', id))
    const doctorIdOf = remembered((id) => idByFhirId('doctors', id))

    const nextWeek = Date.now() + week
    const asItHappened = shiftedTogether(encounters, nextWeek)
    // Years of visits in a single week: now many of them are in each other's way.
    const inOneWeek = shiftedEach(encounters, Math.max(...asItHappened.map(({ endsAt }) => endsAt)))
    const accepted: Encounter[] = []
    const expected: string[] = []
    const answered: string[] = []
    for (const visit of [...asItHappened, ...inOneWeek]) {
      expected.push(oracle(visit, accepted))
      const [code] = await admin.refusals(bookAppointment, {
        input: {
          patientId: await patientIdOf(visit.patient),
          doctorId: await doctorIdOf(visit.doctor),
          serviceType,
          startsAt: new Date(visit.startsAt).toISOString(),
          endsAt: new Date(visit.endsAt).toISOString(),
        },
      })
      answered.push(code ?? 'BOOKED')
    }
    expect(answered).toEqual(expected)
    expect(new Set(expected)).toEqual(new Set(['BOOKED', 'SLOT_TAKEN', 'PATIENT_BUSY']))
  }, 120_000)
})

/** What must happen to a visit after those that were accepted: the doctor's time is looked at first. */
function oracle(visit: Encounter, accepted: Encounter[]): 'BOOKED' | 'SLOT_TAKEN' | 'PATIENT_BUSY' {
  const inTheWay = accepted.filter(({ startsAt, endsAt }) => startsAt < visit.endsAt && visit.startsAt < endsAt)
  if (inTheWay.some(({ doctor }) => doctor === visit.doctor)) return 'SLOT_TAKEN'
  if (inTheWay.some(({ patient }) => patient === visit.patient)) return 'PATIENT_BUSY'
  accepted.push(visit)
  return 'BOOKED'
}

const weeksUntil = (startsAt: number, after: number) => Math.ceil((after - startsAt) / week) * week

/** All by the same number of weeks. */
function shiftedTogether(encounters: readonly Encounter[], after: number): Encounter[] {
  const shift = weeksUntil(encounters[0]?.startsAt ?? 0, after)
  return encounters.map((visit) => shifted(visit, shift))
}

/** Each by as many weeks as bring it into the first one after the instant. */
const shiftedEach = (encounters: readonly Encounter[], after: number): Encounter[] =>
  encounters.map((visit) => shifted(visit, weeksUntil(visit.startsAt, after)))

const shifted = (visit: Encounter, by: number): Encounter => ({
  ...visit,
  startsAt: visit.startsAt + by,
  endsAt: visit.endsAt + by,
})

/** The ambulatory encounters since 2015 of up to eight hours, in the order in which they began. */
async function readEncounters(): Promise<Encounter[]> {
  const encounters: Encounter[] = []
  for (const name of (await readdir(folder)).filter((each) => each.endsWith('.json'))) {
    const { entry } = JSON.parse(await readFile(join(folder, name), 'utf8')) as { entry: { resource: FhirEncounter }[] }
    for (const { resource } of entry) {
      if (resource.resourceType !== 'Encounter' || resource.class.code !== 'AMB') continue
      const [startsAt, endsAt] = [Date.parse(resource.period.start), Date.parse(resource.period.end)]
      if (startsAt < Date.UTC(2015) || endsAt - startsAt > 8 * hour) continue
      const doctor = idIn(resource.participant[0]?.individual.reference)
      encounters.push({ doctor, patient: idIn(resource.subject.reference), startsAt, endsAt })
    }
  }
  return encounters.sort((a, b) => a.startsAt - b.startsAt)
}

interface FhirEncounter {
  resourceType: string
  class: { code?: string }
  period: { start: string; end: string }
  subject: { reference: string }
  participant: { individual: { reference: string } }[]
}

const idIn = (reference = ''): string => reference.replace(/^urn:uuid:/, '')

async function idByFhirId(list: 'patients' | 'doctors', id: string): Promise<string> {
  const found = await admin.get<Record<string, { edges: { node: { id: string } }[] }>>(
    `query ($identifier: IdentifierInput) { ${list}(identifier: $identifier) { edges { node { id } } } }`,
    { identifier: { system: 'urn:caregraph:fhir-id', value: id } },
  )
  const [first, ...others] = found[list]?.edges ?? []
  if (first === undefined || others.length > 0) throw new Error(`${list} has not exactly one with the FHIR id ${id}`)
  return first.node.id
}

function remembered(look: (key: string) => Promise<string>): (key: string) => Promise<string> {
  const known = new Map<string, Promise<string>>()
  return (key) => {
    const found = known.get(key) ?? look(key)
    known.set(key, found)
    return found
  }
}

async function countPeople(): Promise<{ patients: number; doctors: number }> {
  const { patients, doctors } = await admin.get<Record<'patients' | 'doctors', { totalCount: number }>>(
    '{ patients { totalCount } doctors { totalCount } }',
  )
  return { patients: patients.totalCount, doctors: doctors.totalCount }
}

/** Rejects where its exit status is not 0. */
async function runImporter(): Promise<void> {
  const main = fileURLToPath(new URL('../../importer/dist/main.js', import.meta.url))
  await promisify(execFile)(process.execPath, [main, folder, '--hours', 'MON-SUN 00:00-00:00'], {
    env: {
      PATH: process.env['PATH'],
      CAREGRAPH_URL: `${url}/graphql`,
      CAREGRAPH_EMAIL: administrator.email,
      CAREGRAPH_PASSWORD: administrator.password,
    },
  })
}
