import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { toyClinic } from './testing/toy-clinic.js'
import { composed, startToyGateway, type ToyGateway } from './testing/toy-gateway.js'
import type { ToyDefinition } from './testing/toy-subgraph.js'

let gateway: ToyGateway

beforeAll(async () => {
  gateway = await startToyGateway()
})
afterAll(() => gateway.stop())

const at = (path: string) => new URL(path, gateway.url).href
const json = { 'content-type': 'application/json' }
const post = (body: string, headers: Record<string, string> = json) =>
  fetch(gateway.url, { method: 'POST', headers, body })
const refused = async (response: Response) => [response.status, await response.json()]
const errors = (code: string, message: unknown = expect.any(String)) => ({
  errors: [{ message, extensions: { code } }],
})

describe('a request that is not GraphQL is answered 400 in GraphQL’s form', () => {
  it.each([
    ['a syntax error', json, JSON.stringify({ query: '{ doctors { id ' }), 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', json, JSON.stringify({ query: '{ nothing }' }), 'GRAPHQL_VALIDATION_FAILED'],
    ['a body that is not JSON', json, '{ doctors', 'BAD_REQUEST'],
    ['an empty body', json, '', 'BAD_REQUEST'],
    ['no query', json, '{}', 'BAD_REQUEST'],
    ['a query of another type', json, '{"query":{"a":1}}', 'BAD_REQUEST'],
    ['a batch', json, '[{"query":"{ doctors { id } }"}]', 'BAD_REQUEST'],
    ['a form', { 'content-type': 'text/plain' }, '{"query":"{ doctors { id } }"}', 'BAD_REQUEST'],
    [
      'an operation that is not in the document',
      json,
      '{"query":"{ doctors { id } }","operationName":"x"}',
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['a subscription', json, '{"query":"subscription { statusChanged { status } }"}', 'BAD_REQUEST'],
    ['a query that hides a prototype', json, '{"query":"{ doctors { id } }","__proto__":{}}', 'BAD_REQUEST'],
    [
      'an alias that means something to an object',
      json,
      '{"query":"{ __proto__: doctors { id } }"}',
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('%s', async (_, headers, body, code) => {
    const [status, answer] = await refused(await post(body, headers as Record<string, string>))
    expect(status).toBe(400)
    expect(answer).toMatchObject({ errors: [{ extensions: { code } }] })
  })

  it('and deep JSON is never walked by recursion', async () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000)
    const persisted = `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":${deep}}}}`
    expect((await post(persisted)).status).toBe(400)
    expect((await post(`{"query":"{ doctors { id } }","variables":{"a":${deep}}}`)).status).toBe(400)
  })

  it('too large a body is 413', async () => {
    expect(await refused(await post(JSON.stringify({ query: 'x'.repeat(300_000) })))).toEqual([
      413,
      errors('BAD_REQUEST', 'The request is too large.'),
    ])
  })

  it('an unknown address is 404', async () => {
    expect(await refused(await fetch(at('/nothing')))).toEqual([404, errors('NOT_FOUND')])
  })
})

describe('GET', () => {
  const get = (query: string, headers: Record<string, string> = { 'apollo-require-preflight': 'yes' }) =>
    fetch(`${gateway.url}?query=${encodeURIComponent(query)}`, { headers })

  it('answers queries, never mutations', async () => {
    expect(await (await get('{ doctor(id: "d1") { id } }')).json()).toEqual({ data: { doctor: { id: 'd1' } } })
    expect((await get('mutation { book(patientId: "p1") { id } }')).status).toBe(405)
  })

  it('is refused where a page of another site could have sent it', async () => {
    expect((await get('{ doctor(id: "d1") { id } }', {})).status).toBe(400)
  })
})

describe('a bearer token', () => {
  const ask = (authorization: string) =>
    post('{"query":"{ patient(id: \\"p1\\") { secret } }"}', { ...json, authorization })

  it('that verifies goes to the subgraph', async () => {
    expect(await (await ask(`Bearer ${gateway.issue('ada')}`)).json()).toEqual({
      data: { patient: { secret: 'a secret' } },
    })
    expect(gateway.subgraphs.patient.requests.at(-1)?.token).toBe('ada')
  })

  it.each(['Bearer forged', 'Bearer', 'Basic YTpi', ''])('that does not verify is 401: "%s"', async (authorization) => {
    const response = await ask(authorization)
    expect(response.headers.get('www-authenticate')).toContain('Bearer')
    expect(await refused(response)).toEqual([401, errors('UNAUTHENTICATED')])
  })
})

describe('variables that are not what the document says', () => {
  const mutation =
    'mutation ($input: RegisterPatientInput!, $id: ID = "p1") { registerPatient(input: $input) { id } renamePatient(id: $id, lastName: "x") { id } }'
  it.each([
    [{ input: { lastName: 42 } }, ['lastName']],
    [{ input: {} }, ['lastName']],
    [{ input: { lastName: 'x', age: 'secret' } }, ['age']],
    [{ input: { lastName: 'x', kind: 'secret' } }, ['kind']],
    [{ input: { lastName: 'x', kind: 'HIDDEN' } }, ['kind']],
    [
      { input: { lastName: 'x', policies: [{ number: 1, validTo: { secret: 1 } }, { number: 2.5 }] } },
      ['policies.0.validTo', 'policies.1.validTo', 'policies.1.number'],
    ],
    [{ input: 'secret' }, ['input']],
    [{}, ['input']],
    [{ input: { lastName: 'x' }, id: { secret: 1 } }, ['id']],
  ])('are BAD_USER_INPUT with the path inside the input: %j', async (variables, fields) => {
    const { status, body } = await gateway.ask(mutation, { variables })
    expect(status).toBe(200)
    expect(body).toEqual({
      data: null,
      errors: fields.map((field) => ({
        message: expect.any(String),
        extensions: { code: 'BAD_USER_INPUT', params: { field } },
      })),
    })
  })

  it('are refused without an echo of any value', async () => {
    const everywhere = [
      await post(JSON.stringify({ query: mutation, variables: { input: { lastName: { password: 'hunter22' } } } })),
      await post(
        JSON.stringify({ query: 'mutation { registerPatient(input: { lastName: "x", age: "hunter22" }) { id } }' }),
      ),
      await post(
        JSON.stringify({ query: 'mutation { registerPatient(input: { lastName: "x", kind: hunter22 }) { id } }' }),
      ),
      await post(JSON.stringify({ query: 'mutation { registerPatient(input: "hunter22") { id } }' })),
      await post(JSON.stringify({ query: 'query { patient(id: "p1" "hunter22") { id } }' })),
      await post(JSON.stringify({ query: 'query { patient(id: hunter22' })),
      await post(JSON.stringify({ query: 'hunter22' })),
      await post('{"query": "{ doctors { id } }", "variables": {"password": hunter22'),
    ]
    for (const response of everywhere) {
      const text = await response.text()
      expect(text).not.toContain('hunter22')
      expect(text).toContain('errors')
    }
  })
})

describe('rate limits', () => {
  it('count strangers by address and the signed-in by person, and say when to come back', async () => {
    const clock = { at: Date.parse('2027-03-01T08:00:00Z') }
    const strict = await startToyGateway({
      now: () => new Date(clock.at),
      settings: { anonymousPerMinute: 2, userPerMinute: 3 },
    })
    const ask = (token?: string) => strict.ask('{ doctor(id: "d1") { id } }', token === undefined ? {} : { token })
    const statuses = async (times: number, token?: string) => {
      const all: number[] = []
      for (let each = 0; each < times; each++) all.push((await ask(token)).status)
      return all
    }
    expect(await statuses(3)).toEqual([200, 200, 429])
    expect(await statuses(4, strict.issue('ada'))).toEqual([200, 200, 200, 429])
    expect(await statuses(1, strict.issue('bob'))).toEqual([200])
    expect(await statuses(1, 'forged')).toEqual([429])

    clock.at += 20_000
    const response = await fetch(strict.url, { method: 'POST', headers: json, body: '{"query":"{ doctors { id } }"}' })
    expect(response.headers.get('retry-after')).toBe('40')
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'RATE_LIMITED', params: { retryAfterSeconds: 40 } } }],
    })
    clock.at += 40_000
    expect(await statuses(1)).toEqual([200])
    await strict.stop()
  })

  it('count what is passed through as well', async () => {
    const strict = await startToyGateway({ settings: { anonymousPerMinute: 2 } })
    let asked = 0
    strict.subgraphs.billing.route = async () => new Response(String(++asked))
    const statuses: number[] = []
    for (let each = 0; each < 4; each++) {
      const { status } = await fetch(new URL('/invoices/i1.pdf', strict.url))
      statuses.push(status)
    }
    expect(statuses).toEqual([200, 200, 429, 429])
    expect(asked).toBe(2)
    await strict.stop()
  })
})

describe('health', () => {
  it('is alive while it runs, and ready when every subgraph is', async () => {
    expect((await fetch(at('/health/live'))).status).toBe(200)
    expect((await fetch(at('/health/ready'))).status).toBe(200)
    gateway.subgraphs.billing.mode = 'closed'
    gateway.subgraphs.doctor.mode = 'silent'
    const response = await fetch(at('/health/ready'))
    gateway.subgraphs.billing.mode = 'open'
    gateway.subgraphs.doctor.mode = 'open'
    expect([response.status, await response.json()]).toEqual([
      503,
      { status: 'not ready', subgraphs: ['billing', 'doctor'] },
    ])
    expect((await fetch(at('/health/live'))).status).toBe(200)
  })
})

describe('what is passed through', () => {
  it('is an invoice’s PDF, with the named headers and no other', async () => {
    let asked = ''
    gateway.subgraphs.billing.route = async ({ url }) => {
      asked = url
      return new Response('%PDF-1.7', {
        headers: { 'content-type': 'application/pdf', 'content-disposition': 'inline', 'set-cookie': 'a=b' },
      })
    }
    const response = await fetch(at('/invoices/i1.pdf?signature=s'))
    expect(asked).toBe('http://billing/invoices/i1.pdf?signature=s')
    expect(await response.text()).toBe('%PDF-1.7')
    expect(response.headers.get('content-type')).toBe('application/pdf')
    expect(response.headers.get('content-disposition')).toBe('inline')
    expect(response.headers.get('set-cookie')).toBeNull()
  })

  it('ends at the subgraph when the client goes', async () => {
    let isAborted = () => {}
    const aborted = new Promise<void>((resolve) => {
      isAborted = resolve
    })
    gateway.subgraphs.billing.route = async ({ signal }) => {
      signal.addEventListener('abort', () => isAborted())
      return new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(65_536)) }))
    }
    const client = new AbortController()
    const response = await fetch(at('/invoices/i1.pdf'), { signal: client.signal })
    expect(response.status).toBe(200)
    client.abort()
    await aborted
  })

  it('is SERVICE_UNAVAILABLE where the subgraph gives no answer', async () => {
    gateway.subgraphs.billing.route = () => Promise.reject(new Error('away'))
    expect(await refused(await fetch(at('/invoices/i1.pdf')))).toMatchObject([
      503,
      { errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', params: { subgraph: 'billing' } } }] },
    ])
  })
})

describe('a subgraph that says nothing', () => {
  it('is asked once whether it is ready, however many want to know', async () => {
    const asking = await startToyGateway()
    let times = 0
    asking.subgraphs.doctor.isReady = () => {
      times += 1
      return new Promise(() => {})
    }
    const ready = new URL('/health/ready', asking.url)
    const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(ready)))
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(503))
    expect(times).toBe(1)
    await asking.stop()
  })

  it('holds up a document no longer than the deadline', async () => {
    const waiting = await startToyGateway({ settings: { deadlineMilliseconds: 50 } })
    const cut = new Promise<void>((resolve) => {
      waiting.subgraphs.billing.route = ({ signal }) => {
        signal.addEventListener('abort', () => resolve())
        return new Promise(() => {})
      }
    })
    const response = await fetch(new URL('/invoices/i1.pdf', waiting.url))
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await refused(response)).toMatchObject([
      503,
      { errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', params: { subgraph: 'billing' } } }] },
    ])
    await cut
    await waiting.stop()
  })

  it('has as many requests waiting as there is room for, and the others come again later', async () => {
    const full = await startToyGateway({ settings: { deadlineMilliseconds: 500 }, limits: { requestsAtOnce: 2 } })
    full.subgraphs.doctor.mode = 'silent'
    const asked = [1, 2].map(() => full.ask('{ doctor(id: "d1") { id } }'))
    await vi.waitFor(() => expect(full.subgraphs.doctor.requests).toHaveLength(2))
    const turnedAway = await fetch(full.url, { method: 'POST', headers: json, body: '{"query":"{ __typename }"}' })
    expect(turnedAway.headers.get('retry-after')).toBe('1')
    expect(await refused(turnedAway)).toMatchObject([
      503,
      { errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', params: { subgraph: 'gateway' } } }] },
    ])
    expect((await fetch(new URL('/health/live', full.url))).status).toBe(200)
    await Promise.all(asked)
    expect(await full.ask('{ __typename }')).toMatchObject({ status: 200 })
    await full.stop()
  })
})

describe('a client who goes', () => {
  it('ends his query at the subgraph, and no act of his', async () => {
    const leaving = await startToyGateway({ settings: { deadlineMilliseconds: 30_000 } })
    const signals = new Map<string, AbortSignal | undefined>()
    for (const subgraph of Object.values(leaving.subgraphs)) {
      subgraph.execute = (request) => {
        signals.set(subgraph.name, request.signal)
        return new Promise(() => {})
      }
    }
    const client = new AbortController()
    const ask = (query: string) => {
      const { signal } = client
      return fetch(leaving.url, { method: 'POST', headers: json, body: JSON.stringify({ query }), signal })
    }
    const gone = [ask('mutation { book(patientId: "p1") { id } }'), ask('{ doctor(id: "d1") { id } }')]
    await vi.waitFor(() => expect([...signals.keys()].sort()).toEqual(['appointment', 'doctor']))
    client.abort()
    for (const { status } of await Promise.allSettled(gone)) expect(status).toBe('rejected')
    await vi.waitFor(() => expect(signals.get('doctor')?.aborted).toBe(true))
    expect(signals.get('appointment')?.aborted).toBe(false)
    await leaving.stop()
  })
})

describe('a new supergraph', () => {
  it('is what the next request sees; one that is none changes nothing', async () => {
    const changing = await startToyGateway()
    const [patient, doctor, appointment, billing] = toyClinic
    const ask = async () =>
      (await changing.ask('{ __type(name: "Doctor") { description } doctor(id: "d1") { id } }')).body
    const described = (description: string | null) => ({ data: { __type: { description }, doctor: { id: 'd1' } } })
    expect(await ask()).toEqual(described(null))
    const renewed = { ...doctor, sdl: doctor?.sdl.replace('type Doctor', '"Heals." type Doctor') }
    changing.reload(composed([patient, renewed, appointment, billing] as ToyDefinition[]))
    expect(await ask()).toEqual(described('Heals.'))
    expect(() => changing.reload('type Query { a: Int }')).toThrow()
    expect(await ask()).toEqual(described('Heals.'))
    await changing.stop()
  })
})

describe('a request that is under way when the gateway stops', () => {
  it('is answered before the door closes, on a connection that goes with it', async () => {
    const stopping = await startToyGateway()
    const { execute } = stopping.subgraphs.doctor
    let proceed = () => {}
    const begun = new Promise<void>((begin) => {
      stopping.subgraphs.doctor.execute = async (request) => {
        begin()
        await new Promise<void>((resolve) => {
          proceed = resolve
        })
        return execute(request)
      }
    })
    const asked = fetch(stopping.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ doctor(id: "d1") { id } }' }),
    })
    await begun
    const stopped = stopping.stop()
    proceed()
    const answer = await asked
    expect(answer.headers.get('connection')).toBe('close')
    expect(await answer.json()).toEqual({ data: { doctor: { id: 'd1' } } })
    await stopped
    await expect(fetch(stopping.url)).rejects.toThrow()
  })
})
