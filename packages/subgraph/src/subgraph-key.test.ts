import { describe, expect, it } from 'vitest'
import { settingsReader, WrongSettings } from './settings.js'
import { keyCheck, readSubgraphKey, refuseOpenDoor } from './subgraph-key.js'

const key = 'k'.repeat(32)

describe('the key of the subgraphs', () => {
  it('is what the environment says', () => {
    const reader = settingsReader({})
    expect(readSubgraphKey({ SUBGRAPH_KEY: key }, reader)).toBe(key)
    expect(readSubgraphKey({ SUBGRAPH_KEY: '' }, reader)).toBeUndefined()
    expect(() => reader.end()).not.toThrow()
  })

  it.each(['k'.repeat(31), `${key} `, `${key}ä`])('is refused, and not quoted, where it is %j', (wrong) => {
    const reader = settingsReader({})
    readSubgraphKey({ SUBGRAPH_KEY: wrong }, reader)
    expect(() => reader.end()).toThrow(/^SUBGRAPH_KEY has to be at least 32 visible ASCII characters/)
    expect(() => reader.end()).not.toThrow(/k{8}/)
  })

  it('opens for the same characters alone', () => {
    const opens = keyCheck(key)
    const wrong = [undefined, '', key.slice(1), `${key}k`, key.replace(/k$/, 'K'), [key, key]]
    expect([key, ...wrong].map(opens)).toEqual([true, ...wrong.map(() => false)])
  })

  it.each(['0.0.0.0', '::', '192.0.2.7', 'appointment', '127.example.com'])('is needed on %s', (host) => {
    expect(() => refuseOpenDoor(host, undefined)).toThrow(WrongSettings)
    expect(() => refuseOpenDoor(host, key)).not.toThrow()
  })

  it.each(['localhost', '127.0.0.1', '127.9.9.9', '::1'])('can be left out on %s', (host) => {
    expect(() => refuseOpenDoor(host, undefined)).not.toThrow()
  })
})
