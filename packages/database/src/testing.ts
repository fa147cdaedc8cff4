import { randomUUID } from 'node:crypto'
import { DataSource } from 'typeorm'
import { inject } from 'vitest'

export { wordsOf } from './testing-words.js'

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string
  }
}

let givenServerUrl: string | undefined

/** From here on the databases of this test file are on that server, of whatever engine, and not on the run's own. */
export function testDatabasesOn(serverUrl: string): void {
  givenServerUrl = serverUrl
}

/** An empty database of its own. */
export async function testDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const serverUrl = givenServerUrl ?? inject('postgresUrl')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await onServer(serverUrl, `CREATE DATABASE ${name}`)
  const url = new URL(serverUrl)
  url.pathname = name
  const force = isMysql(serverUrl) ? '' : ' WITH (FORCE)'
  return { url: url.href, drop: () => onServer(serverUrl, `DROP DATABASE IF EXISTS ${name}${force}`) }
}

const isMysql = (url: string): boolean => url.startsWith('mysql:')

async function onServer(url: string, statement: string): Promise<void> {
  const type = isMysql(url) ? 'mysql' : 'postgres'
  const server = await new DataSource({ type, url, poolSize: 1 }).initialize()
  try {
    await server.query(statement)
  } finally {
    await server.destroy()
  }
}

/** What a test waits for, and lets come. */
export interface Deferred {
  readonly promise: Promise<void>
  readonly resolve: () => void
}

export function deferred(): Deferred {
  let resolve = (): void => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
