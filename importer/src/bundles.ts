import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isObject, type JsonObject, textAt } from './fhir.js'
import { WrongUsage } from './options.js'

export interface FoundResource {
  file: string
  type: string
  /** The logical id, or undefined where the file gives none that is one. */
  id: string | undefined
  resource: JsonObject
}

/** A file that is no FHIR, or the `place` in one. */
export interface Unreadable {
  file: string
  place?: string
  reason: string
}

/** Where in a bundle a resource stands, and the address the bundle gives it. */
interface Entry {
  place: string
  fullUrl: unknown
}

/** The `*.json` files of a folder, in the order of their names; the path of one file gives that file. */
export async function listJsonFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new WrongUsage(`There is no folder or file at "${path}".`)
  if (!found.isDirectory()) return [path]
  const names = (await readdir(path)).filter((name) => name.toLowerCase().endsWith('.json')).sort()
  if (names.length === 0) throw new WrongUsage(`The folder "${path}" has no *.json file.`)
  return names.map((name) => join(path, name))
}

/** Every resource of one file, which is a Bundle of any type or a single resource, and every part that is none. */
export async function* readResources(path: string): AsyncGenerator<FoundResource | Unreadable> {
  const file = basename(path)
  let content: unknown
  try {
    // Fatal, because a file in another encoding would otherwise come in with its letters replaced.
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)))
  } catch (error) {
    yield { file, reason: whyUnreadable(error) }
    return
  }
  yield* resourcesOf(content, file)
}

function* resourcesOf(content: unknown, file: string, entry?: Entry): Generator<FoundResource | Unreadable> {
  const type = isObject(content) ? textAt(content, 'resourceType') : undefined
  if (!isObject(content) || type === undefined || !/^[A-Za-z]{1,64}$/.test(type)) {
    yield { file, ...(entry && { place: entry.place }), reason: 'is not FHIR: it has no resourceType' }
  } else if (type === 'Bundle') {
    yield* entriesOf(content, file)
  } else {
    yield { file, type, id: idOf(content, entry?.fullUrl), resource: content }
  }
}

function* entriesOf(bundle: JsonObject, file: string): Generator<FoundResource | Unreadable> {
  const { entry: entries = [] } = bundle
  if (!Array.isArray(entries)) {
    yield { file, place: 'Bundle.entry', reason: 'is not FHIR: it is no list' }
    return
  }
  for (const [index, entry] of entries.entries()) {
    const { resource, fullUrl } = isObject(entry) ? entry : { resource: null, fullUrl: undefined }
    // Some entries have none by FHIR's own rules: an answer to a transaction, a deletion in a history.
    if (resource !== undefined) yield* resourcesOf(resource, file, { place: `Bundle.entry[${index}]`, fullUrl })
  }
}

/** In a transaction a new resource may have no id yet; there the last part of its `fullUrl` identifies it. */
function idOf(resource: JsonObject, fullUrl: unknown): string | undefined {
  const id = textAt(resource, 'id') ?? (typeof fullUrl === 'string' ? fullUrl.split(/[/:]/).at(-1) : undefined) ?? ''
  return /^[A-Za-z0-9.-]{1,64}$/.test(id) ? id : undefined
}

/** JSON.parse quotes the text around a fault in its message, and that may be somebody's name: only its place is told. */
function whyUnreadable(error: unknown): string {
  if (error instanceof SyntaxError) {
    const position = /at position (\d+)/.exec(error.message)?.[1]
    return position === undefined ? 'is not JSON' : `is not JSON (at character ${position})`
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault'
  return code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'is not UTF-8' : `cannot be read (${code})`
}
