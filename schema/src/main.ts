import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { breakingChanges, brokenOperations } from './changes.js'
import { generateSchema } from './generate.js'
import { operationsOf, readHttpFiles } from './http-files.js'
import { readSupergraphYaml } from './supergraph-yaml.js'

const usage = `usage: npm run schema [-- --promise]     writes schema/ from the code
       npm run schema:check                fails where schema/ is stale, or where a change breaks clients

  --promise   also takes the API as it is now for what clients have been promised (schema/promised.graphql):
              from then on schema:check fails on any change that takes something of it away`

const root = new URL('../../', import.meta.url)
const folder = new URL('schema/', root)
const promised = new URL('promised.graphql', folder)
const requests = new URL('docs/requests/', root)

const { values } = parseArgs({
  options: { check: { type: 'boolean' }, promise: { type: 'boolean' }, help: { type: 'boolean' } },
})
if (values.help) {
  console.log(usage)
} else {
  const files = generateSchema(await readSupergraphYaml(new URL('supergraph.yaml', root)))
  if (values.check) await check(files)
  else await write(files, values.promise ?? false)
}

async function write(files: ReadonlyMap<string, string>, promise: boolean): Promise<void> {
  await rm(new URL('events/', folder), { recursive: true, force: true })
  for (const [path, text] of files) {
    const url = new URL(path, folder)
    await mkdir(dirname(fileURLToPath(url)), { recursive: true })
    await writeFile(url, text)
  }
  if (promise) await writeFile(promised, files.get('api.graphql') ?? '')
  console.log(`schema/ holds ${files.size} files as the code has them.`)
}

async function check(files: ReadonlyMap<string, string>): Promise<void> {
  const api = files.get('api.graphql') ?? ''
  const faults = [
    ...(await staleFiles(files)).map(
      (path) => `schema/${path} is stale: run npm run schema and commit what it writes.`,
    ),
    ...breakingChanges(await readFile(promised, 'utf8'), api).map((change) => `This breaks clients: ${change}`),
    ...brokenOperations(api, operationsOf(await readHttpFiles(requests))).map(
      (fault) => `This breaks docs/requests/${fault}`,
    ),
  ]
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exitCode = 1
  else
    console.log(`schema/ is what the code has (${files.size} files), and nothing that clients were promised is gone.`)
}

async function staleFiles(files: ReadonlyMap<string, string>): Promise<string[]> {
  const stale: string[] = []
  for (const [path, text] of files) {
    const url = new URL(path, folder)
    if (!existsSync(url) || (await readFile(url, 'utf8')) !== text) stale.push(path)
  }
  const events = existsSync(new URL('events/', folder)) ? await readdir(new URL('events/', folder)) : []
  return [...stale, ...events.map((name) => `events/${name}`).filter((path) => !files.has(path))]
}
