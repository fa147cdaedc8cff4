import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startToyGateway, type ToyGateway } from './testing/toy-gateway.js'

let gateway: ToyGateway
let production: ToyGateway

beforeAll(async () => {
  gateway = await startToyGateway({ settings: { firstQuery: '{ doctors { lastName } }' } })
  production = await startToyGateway({ production: true })
})
afterAll(() => Promise.all([gateway.stop(), production.stop()]))

const at = (path: string, from = gateway) => new URL(path, from.url).href
const json = { 'content-type': 'application/json' }
const post = (body: string, headers: Record<string, string> = json) =>
  fetch(gateway.url, { method: 'POST', headers, body })

describe('the schema', () => {
  const ask = async (from: ToyGateway, query: string) => (await from.ask(query)).body

  it('is told in development, and to Apollo Sandbox', async () => {
    expect(await ask(gateway, getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }))).toMatchObject({
      data: { __schema: { queryType: { name: 'Query' } } },
    })
    expect(await ask(gateway, '{ doctr { id } }')).toMatchObject({
      errors: [{ message: expect.stringContaining('Did you mean') }],
    })
    expect(await ask(gateway, '{ type: __type(name: "Doctor") { fields { name } } doctor(id: "d1") { id } }')).toEqual({
      data: {
        type: { fields: ['id', 'slots', 'lastName', 'specialization'].map((name) => ({ name })) },
        doctor: { id: 'd1' },
      },
    })
  })

  it('is told to nobody in production, not even by a suggestion', async () => {
    for (const query of ['{ __schema { types { name } } }', '{ __type(name: "Doctor") { name } }']) {
      expect(await ask(production, query)).toMatchObject({
        errors: expect.arrayContaining([
          expect.objectContaining({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }),
        ]),
      })
    }
    expect(JSON.stringify(await ask(production, '{ doctr { id } }'))).not.toContain('Did you mean')
    expect(await ask(production, '{ doctor(id: "d1") { __typename } }')).toEqual({
      data: { doctor: { __typename: 'Doctor' } },
    })
  })
})

describe('a browser', () => {
  const accept = { accept: 'text/html,application/xhtml+xml' }

  it('finds Apollo Sandbox at / and at /graphql, which asks /graphql and shows the first query', async () => {
    for (const path of ['/', '/graphql']) {
      const response = await fetch(at(path), { headers: accept })
      const page = await response.text()
      expect(response.headers.get('content-type')).toContain('text/html')
      expect(page).toContain('embeddable-sandbox')
      expect(page).toContain("initialEndpoint = new URL('/graphql', window.location.href).href")
      expect(page).toContain('{ doctors { lastName } }')
    }
  })

  it('finds one line of text in production', async () => {
    const response = await fetch(at('/', production), { headers: accept })
    expect(await response.text()).toBe('Caregraph answers GraphQL at /graphql.\n')
    expect(response.headers.get('content-type')).toContain('text/plain')
  })

  it('is told to sniff nothing, keep nothing and frame nothing', async () => {
    const { headers } = await post('{"query":"{ doctors { id } }"}')
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "frame-ancestors 'none'",
      'x-request-id': expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
    })
  })

  it('lets a page of another origin read answers only where that is allowed', async () => {
    const from = async (origin: string) =>
      (await post('{"query":"{ doctors { id } }"}', { ...json, origin })).headers.get('access-control-allow-origin')
    expect(await from('https://studio.apollographql.com')).toBe('https://studio.apollographql.com')
    expect(await from('https://evil.example')).toBeNull()
    const preflight = await fetch(gateway.url, {
      method: 'OPTIONS',
      headers: { origin: 'https://studio.apollographql.com' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization')
  })
})
