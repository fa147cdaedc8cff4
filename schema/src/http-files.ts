import { readdir, readFile } from 'node:fs/promises'
import type { NamedOperation } from './changes.js'

/** One request of an .http file, with its {{variables}} as they stand. */
export interface HttpRequest {
  /** By which later requests refer to its answer (`# @name login`). */
  readonly name: string | undefined
  readonly title: string
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface HttpFile {
  readonly name: string
  /** `@name = value` at the top. */
  readonly variables: Readonly<Record<string, string>>
  readonly requests: readonly HttpRequest[]
}

/** The .http files of a folder, in the order of their names. */
export async function readHttpFiles(folder: URL): Promise<HttpFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.http')).sort()
  return Promise.all(names.map(async (name) => parseHttpFile(name, await readFile(new URL(name, folder), 'utf8'))))
}

/** Reads the form that editors share: `###` before each request, headers, an empty line, the body. */
export function parseHttpFile(name: string, text: string): HttpFile {
  const [head = '', ...parts] = text.split(/^(?=###)/m)
  const variables = Object.fromEntries([...head.matchAll(/^@(\w+) *= *(.*)$/gm)].map(([, key, value]) => [key, value]))
  return { name, variables, requests: parts.map(parseRequest) }
}

function parseRequest(part: string): HttpRequest {
  const [title = '', ...lines] = part.trim().split('\n')
  const name = lines.find((line) => /^# @name /.test(line))?.slice('# @name '.length)
  const written = lines.filter((line) => !line.startsWith('#'))
  const start = written.findIndex((line) => /^[A-Z]+ /.test(line))
  const end = written.indexOf('', start)
  const [requestLine = '', ...headerLines] = written.slice(start, end === -1 ? undefined : end)
  const [method = '', url = ''] = requestLine.split(' ')
  const headers = Object.fromEntries(headerLines.map((line) => line.split(/: */, 2)))
  return {
    name,
    title: title.replace(/^### */, ''),
    method,
    url,
    headers,
    body:
      end === -1
        ? ''
        : written
            .slice(end + 1)
            .join('\n')
            .trim(),
  }
}

/** The GraphQL documents that the files send. */
export function operationsOf(files: readonly HttpFile[]): NamedOperation[] {
  return files.flatMap(({ name, requests }) =>
    requests
      .filter(({ body }) => body !== '')
      .map(({ title, body }) => ({
        source: `${name}, "${title}"`,
        document: (JSON.parse(body) as { query: string }).query,
      })),
  )
}
