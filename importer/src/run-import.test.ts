import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { account, type FakeClinic, refusal, startFakeClinic } from './fake-clinic.js'
import { objectAt } from './fhir.js'
import { runImport } from './run-import.js'

let clinic: FakeClinic
let folder: string
beforeEach(async () => {
  clinic = await startFakeClinic()
  folder = await mkdtemp(join(tmpdir(), 'fhir-'))
})
afterEach(async () => {
  await clinic.close()
  await rm(folder, { recursive: true })
})

const aPatient = (id: string, overrides = {}) => ({
  resourceType: 'Patient',
  id,
  name: [{ family: `Family of ${id}`, given: ['Kari'] }],
  birthDate: '1984-02-29',
  ...overrides,
})
const aPractitioner = (id: string) => ({ resourceType: 'Practitioner', id, name: [{ family: `Family of ${id}` }] })
const aBundle = (...resources: object[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource) => ({ resource })),
})
const write = (name: string, content: object) => writeText(name, JSON.stringify(content))
const writeText = (name: string, text: string | Buffer) => writeFile(join(folder, name), text)

async function run(args: string[] = [], { url = clinic.url, signal = new AbortController().signal } = {}) {
  const written = { output: '', errors: '' }
  const status = await runImport([folder, ...args], {
    environment: { CAREGRAPH_URL: url, CAREGRAPH_EMAIL: account.email, CAREGRAPH_PASSWORD: account.password },
    output: { write: (text) => (written.output += text) },
    errors: { write: (text) => (written.errors += text) },
    signal,
  })
  return { status, ...written }
}

const idsOf = (people: FakeClinic['patients']) => people.map(({ idempotencyKey }) => idempotencyKey).sort()

describe('an import', () => {
  it('brings in each patient and practitioner once, though they are in several files', async () => {
    await write('a.json', aBundle(aPatient('p1'), aPractitioner('d1'), { resourceType: 'Claim' }))
    await write('b.json', aBundle(aPatient('p2'), aPractitioner('d1'), { resourceType: 'Claim' }))
    await write('c.json', aPractitioner('d2'))
    await writeText('notes.txt', 'not read')
    const { status, output } = await run(['--hours', 'MON 09:00-17:00', '--time-zone', 'Europe/Oslo'])
    expect(status).toBe(0)
    expect(idsOf(clinic.patients)).toEqual(['fhir:Patient/p1', 'fhir:Patient/p2'])
    expect(idsOf(clinic.doctors)).toEqual(['fhir:Practitioner/d1', 'fhir:Practitioner/d2'])
    const hours = [{ day: 'MONDAY', startsAt: '09:00', endsAt: '17:00' }]
    expect(clinic.doctors[0]).toMatchObject({ timeZone: 'Europe/Oslo', weeklyHours: hours })
    expect(output).toContain('added          patients 2, practitioners 2')
    expect(output).toContain('repeated       1 ')
    expect(output).toContain('Claim 2')
    expect(output).toContain('Practitioners without a licence number: 2.')
  })

  it('that is run again adds nothing and writes nothing', async () => {
    await write('a.json', aBundle(aPatient('p1'), aPractitioner('d1')))
    await run()
    clinic.operations.length = 0
    const { status, output } = await run()
    expect(status).toBe(0)
    expect(clinic.operations.sort()).toEqual(['FindDoctor', 'FindPatient', 'Login'])
    expect(output).toContain('already there  patients 1, practitioners 1')
  })

  it('counts as already there what another run added in the meantime', async () => {
    await write('a.json', aPatient('p1'))
    clinic.interfere = (operation, variables) => {
      if (operation !== 'RegisterPatient') return undefined
      clinic.patients.push(objectAt(variables, 'input'))
      return refusal('DUPLICATE_IDENTIFIER')
    }
    const { status, output } = await run()
    expect(status).toBe(0)
    expect(output).toContain('already there  patients 1')
  })

  it('knows an archived practitioner, whom no list shows, by the licence number that it gave', async () => {
    await write('a.json', aPractitioner('d1'))
    clinic.doctors.push({ licenseNumber: 'd1', identifiers: [] })
    expect(await run()).toMatchObject({
      status: 0,
      output: expect.stringContaining('already there  patients 0, practitioners 1'),
    })
    expect(clinic.doctors).toHaveLength(1)
  })

  it('knows a practitioner again by its key, when other hours are given soon after', async () => {
    await write('a.json', aPractitioner('d1'))
    await run()
    clinic.doctors.length = 0
    const { status, output } = await run(['--hours', 'MON 09:00-17:00'])
    expect(status).toBe(0)
    expect(output).toContain('already there  patients 0, practitioners 1')
  })

  it('names the file, the resource and the field of what is refused, never the person, and goes on', async () => {
    await write('a.json', aBundle(aPatient('p1', { birthDate: '1984' }), aPatient('p2', { birthDate: '2984-01-01' })))
    await write('b.json', aBundle(aPatient('p3'), { ...aPatient('p4'), id: 'no id' }))
    const { status, output } = await run(['--in-flight', '1'])
    expect(status).toBe(1)
    expect(idsOf(clinic.patients)).toEqual(['fhir:Patient/p3'])
    expect(output.split('Refused:\n')[1]).toBe(
      '  a.json: Patient/p1: birthDate is a year or a month alone; the clinic needs the day\n' +
        '  a.json: Patient/p2: dateOfBirth BAD_USER_INPUT: The clinic says BAD_USER_INPUT.\n' +
        '  b.json: Patient: id is missing or none by FHIR; a second run could not know it again\n',
    )
    expect(output).not.toContain('Kari')
  })

  it('refuses a patient whose identifier belongs to another one', async () => {
    const identifier = [{ system: 'urn:ssn', value: '7' }]
    await write('a.json', aBundle(aPatient('p1', { identifier }), aPatient('p2', { identifier })))
    const { status, output } = await run(['--in-flight', '1'])
    expect(status).toBe(1)
    expect(output).toContain('a.json: Patient/p2 DUPLICATE_IDENTIFIER')
  })

  it('reports what is no FHIR, without quoting it, and imports the rest', async () => {
    await writeText('broken.json', '{"resourceType":"Patient","name":[{"family":"Secret" Person}]}')
    await writeText('cut.json', '{"resourceType":"Bundle","entry":[')
    await writeText('latin1.json', Buffer.from('{"name":"Sécret"}', 'latin1'))
    await write('list.json', [])
    await write('partly.json', aBundle({ name: 'Secret' }, aPatient('p1')))
    await write('strange.json', { resourceType: 'Bundle', entry: {} })
    const { status, output } = await run()
    expect(status).toBe(1)
    expect(idsOf(clinic.patients)).toEqual(['fhir:Patient/p1'])
    expect(output).toMatch(/broken\.json is not JSON \(at character \d+\)/)
    expect(output).toContain('cut.json is not JSON')
    expect(output).toContain('latin1.json is not UTF-8')
    expect(output).toContain('list.json is not FHIR')
    expect(output).toContain('partly.json: Bundle.entry[0] is not FHIR')
    expect(output).toContain('strange.json: Bundle.entry is not FHIR')
    expect(output).not.toMatch(/S.cret/)
  })

  it('stops cleanly when it is told to, and the same command goes on from there', async () => {
    await write('a.json', aBundle(...Array.from({ length: 20 }, (_, index) => aPatient(`p${index}`))))
    const stop = new AbortController()
    clinic.interfere = (operation) => {
      if (operation === 'RegisterPatient') stop.abort()
      return undefined
    }
    const { status, errors, output } = await run(['--in-flight', '2'], { signal: stop.signal })
    expect(status).toBe(130)
    expect(errors).toContain('run the same command again to go on')
    expect(output).toContain(`added          patients ${clinic.patients.length},`)
    expect(clinic.patients.length).toBeLessThan(3)
    clinic.interfere = () => undefined
    expect(await run()).toMatchObject({ status: 0 })
    expect(clinic.patients).toHaveLength(20)
  })

  it('ends early, with a report, when the clinic takes nothing more', async () => {
    await write('a.json', aBundle(aPatient('p1'), aPatient('p2'), aPatient('p3')))
    clinic.interfere = (operation, { input }) =>
      operation === 'RegisterPatient' && JSON.stringify(input).includes('p2')
        ? refusal('RATE_LIMITED', { retryAfterSeconds: 900 })
        : undefined
    const { status, output, errors } = await run(['--in-flight', '1'])
    expect(status).toBe(1)
    expect(output).toContain('added          patients 1,')
    expect(errors).toContain('try again in 900 seconds')
  })

  it('says where it looked for a clinic that cannot be reached, and what to do', async () => {
    await write('a.json', aPatient('p1'))
    await clinic.close()
    const { status, errors } = await run()
    expect(status).toBe(1)
    expect(errors).toBe(
      `The clinic cannot be reached at ${clinic.url} (ECONNREFUSED). Start it with "npm start", or set CAREGRAPH_URL to where it runs.\n`,
    )
  })

  it('of a folder without bundles is wrong usage', async () => {
    expect(await run()).toMatchObject({ status: 2, errors: expect.stringContaining('has no *.json file') })
    expect(clinic.operations).toEqual([])
  })
})
