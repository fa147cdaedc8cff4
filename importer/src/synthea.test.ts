import { expect, it } from 'vitest'
import { listJsonFiles, readResources } from './bundles.js'
import { doctorFromFhir } from './doctor-from-fhir.js'
import { patientFromFhir } from './patient-from-fhir.js'

const folder = process.env['CAREGRAPH_SYNTHEA'] ?? ''
const isGiven = folder !== ''
const suffix = isGiven ? '' : ' (skipped: CAREGRAPH_SYNTHEA names no folder of it)'

it.skipIf(!isGiven)(`every patient and practitioner of the Synthea sample can be mapped${suffix}`, async () => {
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
