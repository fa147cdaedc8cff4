import { type FoundResource, readResources, type Unreadable } from './bundles.js'
import type { Clinic } from './clinic-client.js'
import { doctorFromFhir, type Schedule } from './doctor-from-fhir.js'
import { fhirIdSystem, isObject, type JsonObject, NotImportable, objectsAt } from './fhir.js'
import { patientFromFhir } from './patient-from-fhir.js'
import { ClinicRefusal } from './post-graphql.js'
import type { ImportedType, Tally } from './report.js'

export interface ImportRun {
  /** Paths of FHIR JSON files. */
  files: readonly string[]
  clinic: Clinic
  schedule: Schedule
  /** Requests under way at the same time. */
  inFlight: number
  /** Filled while the run goes on, so that there is a report however it ends. */
  tally: Tally
  onProgress: (tally: Tally) => void
  /** Aborted: what is under way is finished, nothing new is begun. */
  signal: AbortSignal
}

const documents: Record<ImportedType, { find: string; add: string }> = {
  Patient: {
    find: `query FindPatient($identifier: IdentifierInput!) {
      found: patients(identifier: $identifier, includeArchived: true, first: 1) { edges { node { id } } }
    }`,
    add: 'mutation RegisterPatient($input: RegisterPatientInput!) { registerPatient(input: $input) { id } }',
  },
  Practitioner: {
    find: `query FindDoctor($identifier: IdentifierInput!) {
      found: doctors(identifier: $identifier, first: 1) { edges { node { id } } }
    }`,
    add: 'mutation AddDoctor($input: AddDoctorInput!) { addDoctor(input: $input) { id } }',
  },
}

/** Refusals that another run can be the reason of, when it added the same resource a moment ago. */
const takenCodes = ['DUPLICATE_IDENTIFIER', 'DUPLICATE_LICENSE', 'DUPLICATE_EMAIL']

/**
 * Brings the patients and practitioners of some files into the clinic, each once, however often it is run. What is
 * refused is noted in the tally and the rest goes on; only a clinic that cannot be used ends the run early.
 */
export async function importFiles({ files, clinic, schedule, inFlight, tally, onProgress, signal }: ImportRun) {
  tally.files = files.length
  const seen = new Set<string>()
  const everything = readFiles(files, tally)

  // All workers take from one generator: that bounds the requests under way and keeps one file in memory. A worker
  // that leaves the loop closes it, and the others finish what they have in hand.
  async function work() {
    for await (const found of everything) {
      if (signal.aborted) return
      await take(found)
      onProgress(tally)
    }
  }

  async function take(found: FoundResource | Unreadable) {
    if (!('resource' in found)) {
      tally.refused.push({ file: found.file, what: found.place, field: undefined, reason: found.reason })
      return
    }
    const { file, type, id } = found
    if (type !== 'Patient' && type !== 'Practitioner') {
      tally.notImported.set(type, (tally.notImported.get(type) ?? 0) + 1)
      return
    }
    const what = id === undefined ? type : `${type}/${id}`
    if (id !== undefined && seen.has(what)) {
      tally.repeated += 1
      return
    }
    seen.add(what)
    try {
      await importOne(type, id, found.resource)
    } catch (error) {
      tally.refused.push({ file, what, ...whyRefused(error) })
    }
  }

  async function importOne(type: ImportedType, id: string | undefined, resource: JsonObject) {
    if (id === undefined) {
      throw new NotImportable('id', 'is missing or none by FHIR; a second run could not know it again')
    }
    const input = type === 'Patient' ? patientFromFhir(resource, id) : doctorFromFhir(resource, id, schedule)
    const lacksLicence = 'licenseNumber' in input && input.licenseNumber === id
    const isNew = !(await isThere(type, id)) && (await add(type, id, input, lacksLicence))
    tally[isNew ? 'added' : 'alreadyThere'][type] += 1
    if (isNew && lacksLicence) tally.licenceStandIns += 1
  }

  /** False when it turns out to be in the clinic already. */
  async function add(type: ImportedType, id: string, input: object, lacksLicence: boolean): Promise<boolean> {
    try {
      await clinic.ask(documents[type].add, { input })
      return true
    } catch (error) {
      const code = error instanceof ClinicRefusal ? error.code : ''
      // Only an import of this very resource that succeeded can have used the key.
      if (code === 'IDEMPOTENCY_KEY_REUSED') return false
      // No list shows an archived doctor, but the FHIR id is still his licence number.
      if (code === 'DUPLICATE_LICENSE' && lacksLicence) return false
      if (takenCodes.includes(code) && (await isThere(type, id))) return false
      throw error
    }
  }

  async function isThere(type: ImportedType, id: string): Promise<boolean> {
    const { found } = await clinic.ask(documents[type].find, { identifier: { system: fhirIdSystem, value: id } })
    return isObject(found) && objectsAt(found, 'edges').length > 0
  }

  const workers = await Promise.allSettled(Array.from({ length: inFlight }, work))
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason
}

async function* readFiles(files: readonly string[], tally: Tally) {
  for (const file of files) {
    tally.filesRead += 1
    yield* readResources(file)
  }
}

function whyRefused(error: unknown): { field: string | undefined; reason: string } {
  if (error instanceof NotImportable) return { field: error.field, reason: error.message }
  if (error instanceof ClinicRefusal) return { field: error.field, reason: `${error.code}: ${error.message}` }
  throw error
}
