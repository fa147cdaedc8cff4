import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { signIn } from './clinic-client.js'
import { account, type FakeClinic, refusal, startFakeClinic } from './fake-clinic.js'
import { ClinicRefusal, ClinicUnusable } from './post-graphql.js'

const anyLookup = 'query FindPatient($identifier: IdentifierInput!) { found }'
const identifier = { system: 'urn:mrn', value: '7' }
const minute = 60_000

let clinic: FakeClinic
let waited: number[]
beforeEach(async () => {
  clinic = await startFakeClinic()
  waited = []
})
afterEach(() => clinic.close())

const connect = (overrides = {}) =>
  signIn({
    ...account,
    url: clinic.url,
    fetch,
    now: () => clinic.now,
    wait: async (milliseconds) => waited.push(milliseconds),
    ...overrides,
  })

describe('the session', () => {
  it('is renewed before its token expires, once for all requests under way', async () => {
    const { ask } = await connect()
    clinic.now += 9.8 * minute
    await Promise.all([1, 2, 3].map(() => ask(anyLookup, { identifier })))
    expect(clinic.operations.filter((operation) => operation !== 'FindPatient')).toEqual(['Login', 'RefreshSession'])
  })

  it('is renewed when the clinic says that the token has expired, whatever the local clock says', async () => {
    const { ask } = await connect({ now: () => 0 })
    clinic.now += 11 * minute
    await Promise.all([1, 2, 3].map(() => ask(anyLookup, { identifier })))
    expect(clinic.operations.filter((operation) => operation !== 'FindPatient')).toEqual(['Login', 'RefreshSession'])
  })

  it('is opened anew when it cannot be renewed any more', async () => {
    const { ask } = await connect()
    clinic.now += 11 * minute
    clinic.interfere = (operation) => (operation === 'RefreshSession' ? refusal('INVALID_REFRESH_TOKEN') : undefined)
    await ask(anyLookup, { identifier })
    expect(clinic.operations).toEqual(['Login', 'RefreshSession', 'Login', 'FindPatient'])
  })

  it('is not opened with a wrong password, and the message holds neither e-mail nor password', async () => {
    const password = 'something else entirely'
    const error: unknown = await connect({ password }).catch((reason) => reason)
    expect(error).toBeInstanceOf(ClinicUnusable)
    expect(String(error)).toContain('check CAREGRAPH_EMAIL and CAREGRAPH_PASSWORD')
    expect(String(error)).not.toMatch(new RegExp(`${account.email}|${password}`))
  })
})

describe('a request', () => {
  it('that comes too often waits for as long as the clinic says, and is sent again', async () => {
    const { ask } = await connect()
    const answers = [
      refusal('RATE_LIMITED', { retryAfterSeconds: 7 }),
      refusal('RATE_LIMITED', { retryAfterSeconds: 3 }),
    ]
    clinic.interfere = () => answers.shift()
    expect(await ask(anyLookup, { identifier })).toEqual({ found: { edges: [] } })
    expect(waited).toEqual([7_000, 3_000])
  })

  it('does not wait for ever', async () => {
    const { ask } = await connect()
    clinic.interfere = () => refusal('RATE_LIMITED', { retryAfterSeconds: 7 })
    await expect(ask(anyLookup, { identifier })).rejects.toThrow('try again in 7 seconds')
    expect(waited).toHaveLength(5)
    clinic.interfere = () => refusal('RATE_LIMITED', { retryAfterSeconds: 900 })
    await expect(ask(anyLookup, { identifier })).rejects.toThrow('try again in 900 seconds')
    expect(waited).toHaveLength(5)
  })

  it('is sent again while a department does not answer, with growing pauses', async () => {
    const { ask } = await connect()
    const answers = [refusal('SERVICE_UNAVAILABLE'), { status: 503, body: 'starting' }]
    clinic.interfere = () => answers.shift()
    expect(await ask(anyLookup, { identifier })).toEqual({ found: { edges: [] } })
    expect(waited).toEqual([500, 1_000])
  })

  it('that the clinic refuses says the code and the field, and is not sent again', async () => {
    const { ask } = await connect()
    clinic.interfere = () => refusal('BAD_USER_INPUT', { field: 'phone' })
    const error: unknown = await ask(anyLookup, { identifier }).catch((reason) => reason)
    expect(error).toBeInstanceOf(ClinicRefusal)
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', field: 'phone' })
    expect(clinic.operations).toEqual(['Login', 'FindPatient'])
  })

  it('to something that is no clinic says so', async () => {
    clinic.interfere = () => ({ status: 404, body: '<html>' })
    await expect(connect()).rejects.toThrow("not a clinic's GraphQL endpoint (HTTP 404)")
  })
})
