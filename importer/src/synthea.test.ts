import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { listJsonFiles, readResources } from './bundles.js'
import { doctorFromFhir } from './doctor-from-fhir.js'
import { patientFromFhir } from './patient-from-fhir.js'

const besideTheRepository = new URL('../../../shared/data/synthea', import.meta.url)
const folder = process.env['CAREGRAPH_SYNTHEA'] ?? fileURLToPath(besideTheRepository)
const isHere = existsSync(folder)
const suffix = isHere ? '' : ' (skipped: the Synthea sample is not here)'

it.skipIf(!isHere)(`every patient and practitioner of the Synthea sample can be mapped${suffix}`, async () => {
  const patients = new Map<string, unknown>()
  const practitioners = new Map<string, unknown>()
  for (const file of await listJsonFiles(folder)) {
    for await (const found of readResources(file)) {
      if (!('resource' in found) || found.id === undefined) throw new Error(`${found.file} has something unreadable`)
      const { type, id, resource } = found
      if (type === 'Patient') patients.set(id, patientFromFhir(resource, id))
      if (type === 'Practitioner') {
        practitioners.set(id, doctorFromFhir(resource, id, { timeZone: 'UTC', weeklyHours: [] }))
      }
    }
  }
  expect(patients.size).toBe(40)
  expect(practitioners.size).toBe(102)
})
