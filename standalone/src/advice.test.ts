import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { WrongSettings } from '@caregraph/subgraph'
import { expect, it } from 'vitest'
import { adviceOn } from './advice.js'

const failureOf = async (work: () => Promise<unknown>) => work().catch((error: unknown) => error)

it('a taken port is named, and another one proposed', async () => {
  const first = createServer().listen(0, 'localhost')
  await once(first, 'listening')
  const { port } = first.address() as { port: number }
  const failure = await failureOf(() => once(createServer().listen(port, 'localhost'), 'listening'))
  expect(adviceOn(failure)).toBe(
    `Port ${port} is taken by another program: stop it, or choose another with PORT=4005 npm start.`,
  )
  first.close()
})

it('an address that is not of this machine is answered with how to choose another', async () => {
  const failure = await failureOf(() => once(createServer().listen(0, '192.0.2.1'), 'listening'))
  expect(adviceOn(failure)).toMatch(/192\.0\.2\.1.* HOST=localhost npm start\.$/)
})

it('a data directory that cannot be written is named, with how to choose another', async () => {
  const thisFile = fileURLToPath(import.meta.url)
  const failure = await failureOf(() => mkdir(`${thisFile}/.data`, { recursive: true }))
  expect(adviceOn(failure)).toMatch(/advice\.test\.ts.* DATA_DIR=\.\/my-data npm start\.$/)
})

it('wrong settings are told as they are', () => {
  expect(adviceOn(new WrongSettings('PORT is "four".'))).toBe('PORT is "four".')
})

it('of a fault of ours nothing is made up', () => {
  expect(adviceOn(new TypeError('undefined is not a function'))).toBeUndefined()
})
