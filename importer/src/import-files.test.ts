import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Clinic, signIn } from './clinic-client.js'
import { account, startFakeClinic } from './fake-clinic.js'
import { importFiles } from './import-files.js'
import { newTally } from './report.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fhir-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Writes a bundle with that many patients, and imports it. */
async function importPatients(count: number, clinic: Clinic, inFlight: number) {
  const patients = Array.from({ length: count }, (_, index) => ({
    resource: { resourceType: 'Patient', id: `p${index}`, name: [{ family: 'Olsen' }], birthDate: '1984-02-29' },
  }))
  const file = join(folder, 'patients.json')
  await writeFile(file, JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry: patients }))
  const tally = newTally()
  await importFiles({
    files: [file],
    clinic,
    schedule: { timeZone: 'UTC', weeklyHours: [] },
    inFlight,
    tally,
    onProgress: () => {},
    signal: new AbortController().signal,
  })
  return tally
}

it.each([1, 3])('with %i in flight, so many requests are under way and never more', async (inFlight) => {
  let underWay = 0
  let most = 0
  const ask = async () => {
    underWay += 1
    most = Math.max(most, underWay)
    await nextTurn()
    underWay -= 1
    return { found: { edges: [] } }
  }
  const tally = await importPatients(40, { ask }, inFlight)
  expect(tally.added.Patient).toBe(40)
  expect(most).toBe(inFlight)
})

it('a registration whose answer was lost on the way is made once', async () => {
  const clinic = await startFakeClinic()
  let lost = 0
  clinic.losesAnswerTo = (operation) => operation === 'RegisterPatient' && ++lost === 1
  const wait = async () => {}
  const tally = await importPatients(1, await signIn({ ...account, url: clinic.url, fetch, now: Date.now, wait }), 4)
  expect(clinic.operations).toEqual(['Login', 'FindPatient', 'RegisterPatient', 'RegisterPatient'])
  expect(clinic.patients).toHaveLength(1)
  expect(tally.added.Patient).toBe(1)
  await clinic.close()
})
