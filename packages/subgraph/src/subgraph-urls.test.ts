import { describe, expect, it } from 'vitest'
import { settingsReader } from './settings.js'
import { readSubgraphUrls } from './subgraph-urls.js'

const usual = 'http://localhost:8080/graphql'

describe('where a subgraph answers', () => {
  it('is said by the supergraph, unless the environment does', () => {
    expect(readSubgraphUrls(settingsReader({}), 'patient', usual)).toEqual([usual])
    const moved = settingsReader({ SUBGRAPH_URL_PATIENT: 'http://patients/graphql' })
    expect(readSubgraphUrls(moved, 'patient', usual)).toEqual(['http://patients/graphql'])
    expect(readSubgraphUrls(moved, 'doctor', usual)).toEqual([usual])
  })

  it('can be several copies', () => {
    const copies = settingsReader({ SUBGRAPH_URL_PATIENT: 'http://a:8080/graphql, http://b:8080/graphql' })
    expect(readSubgraphUrls(copies, 'patient', usual)).toEqual(['http://a:8080/graphql', 'http://b:8080/graphql'])
  })

  it.each(['patients', 'ftp://patients/graphql', 'http://a/graphql,,http://b/graphql'])('is never %j', (value) => {
    const reader = settingsReader({ SUBGRAPH_URL_PATIENT: value })
    readSubgraphUrls(reader, 'patient', usual)
    expect(() => reader.end()).toThrow(/^SUBGRAPH_URL_PATIENT is .*: give an address/)
  })
})
