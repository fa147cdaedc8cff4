import { timingSafeEqual } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { type SettingsReader, type Variables, WrongSettings } from './settings.js'

/** The header in which every request to a subgraph carries the key of the house. */
export const keyHeader = 'x-subgraph-key'

const leastCharacters = 32

/** SUBGRAPH_KEY, which the gateway and all subgraphs share; nothing where it is not set. */
export function readSubgraphKey(variables: Variables, { refuse }: SettingsReader): string | undefined {
  const key = variables['SUBGRAPH_KEY']
  if (!key) return undefined
  // It is never quoted: it is a secret. A header takes no other characters.
  if (key.length < leastCharacters || !/^[\x21-\x7e]+$/.test(key)) {
    refuse(`SUBGRAPH_KEY has to be at least ${leastCharacters} visible ASCII characters: openssl rand -hex 32`)
  }
  return key
}

/** Answers whether a request's header has the key; compares in a time that tells nothing about it but its length. */
export function keyCheck(key: string | undefined): (given: unknown) => boolean {
  if (key === undefined) return () => true
  const expected = Buffer.from(key)
  return (given) => {
    if (typeof given !== 'string') return false
    const bytes = Buffer.from(given)
    return bytes.length === expected.length && timingSafeEqual(bytes, expected)
  }
}

/** Whoever reaches a subgraph may name any address as the caller's, so without a key only this machine does. */
export function refuseOpenDoor(host: string, key: string | undefined): void {
  if (key !== undefined || isLoopback(host)) return
  throw new WrongSettings(
    `HOST is ${JSON.stringify(host)}, where others than this machine come in: set SUBGRAPH_KEY, the same for the gateway and all subgraphs, or leave HOST out.`,
  )
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}
