import { readFile } from 'node:fs/promises'
import { readHttpFiles } from '@caregraph/schema'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signIn } from './client.js'
import { type ClinicProcess, removeFolder, startClinicProcess } from './process.js'
import { sendAll } from './requests.js'

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
const block = (language: string) => new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\n\`\`\``).exec(readme)?.[1] ?? ''
const files = await readHttpFiles(new URL('../../docs/requests/', import.meta.url))

let clinic: ClinicProcess
beforeAll(async () => {
  clinic = await startClinicProcess({ environment: { DEMO: 'on' } })
})
afterAll(async () => {
  await clinic.stop()
  await removeFolder(clinic.dataDirectory)
})

/** The demo's dates and amounts are another day's tomorrow: what the page promises is which fields come, of which kind. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shapeOf(each)]))
}

describe('the first page', () => {
  it('shows a query and the answer that a demo clinic gives to it', async () => {
    const desk = await signIn(clinic.url, { email: 'desk@demo.example', password: 'a-day-at-the-clinic' })
    const { data, errors } = await desk.ask(block('graphql'))
    expect(errors).toEqual([])
    expect(shapeOf({ data })).toEqual(shapeOf(JSON.parse(block('json'))))
  })
})

describe('docs/requests', () => {
  it.each(files)('$name runs from top to bottom against a demo clinic', async (file) => {
    const sent = await sendAll(file, { url: clinic.url })
    const refused = sent.filter(({ status, body }) => status !== 200 || Object.hasOwn(Object(body), 'errors'))
    expect(refused).toEqual([])
    expect(sent).toHaveLength(file.requests.length)
  })
})
