import { readHttpFiles } from '@caregraph/schema'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClinicProcess, removeFolder, startClinicProcess } from './process.js'
import { sendAll } from './requests.js'

const files = await readHttpFiles(new URL('../../docs/requests/', import.meta.url))

let clinic: ClinicProcess
beforeAll(async () => {
  clinic = await startClinicProcess({ environment: { DEMO: 'on' } })
})
afterAll(async () => {
  await clinic.stop()
  await removeFolder(clinic.dataDirectory)
})

describe('docs/requests', () => {
  it.each(files)('$name runs from top to bottom against a demo clinic', async (file) => {
    const sent = await sendAll(file, { url: clinic.url })
    const refused = sent.filter(({ status, body }) => status !== 200 || Object.hasOwn(Object(body), 'errors'))
    expect(refused).toEqual([])
    expect(sent).toHaveLength(file.requests.length)
  })
})
