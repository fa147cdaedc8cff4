import type { TestProject } from 'vitest/node'
import { removeFolder, startClinicProcess } from './process.js'

declare module 'vitest' {
  interface ProvidedContext {
    clinicUrl: string
  }
}

/** One empty clinic for all stories: each brings its own doctors and patients. */
export default async function startClinic(project: TestProject): Promise<() => Promise<void>> {
  const clinic = await startClinicProcess({ environment: { ANONYMOUS_PER_MINUTE: '100000' } })
  project.provide('clinicUrl', clinic.url)
  return async () => {
    await clinic.stop()
    await removeFolder(clinic.dataDirectory)
  }
}
