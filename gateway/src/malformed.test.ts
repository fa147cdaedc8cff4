import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { randomFrom } from './testing/random-query.js'
import { startToyGateway, type ToyGateway } from './testing/toy-gateway.js'

const seed = Number(process.env['SEED'] ?? 20_270_301)
const bodies = 7_000
const atOnce = 50
/** In every body: where it comes back, somebody else could read it too. */
const secret = 'hunter22@example.com'

let gateway: ToyGateway
beforeAll(async () => {
  gateway = await startToyGateway({ settings: { anonymousPerMinute: Number.MAX_SAFE_INTEGER } })
})
afterAll(() => gateway.stop())

it(`${bodies} malformed requests in a row get no 5xx, end nothing, and are not logged (SEED=${seed})`, {
  timeout: 180_000,
}, async () => {
  const random = randomFrom(seed)
  const failures: string[] = []
  const send = async () => {
    const { headers, body } = malformed(random)
    const { status, text } = await post(headers, body)
    const isShaped = status === 200 || (status >= 400 && status < 500 && JSON.parse(text).errors.length > 0)
    if (!isShaped || text.includes(secret) || text.includes('INTERNAL_SERVER_ERROR')) {
      failures.push(`${status} ${text} for ${JSON.stringify(headers)} ${body.toString().slice(0, 500)}`)
    }
  }
  for (let sent = 0; sent < bodies; sent += atOnce) await Promise.all(Array.from({ length: atOnce }, send))
  expect(failures).toEqual([])
  expect(gateway.lines).toEqual([])
  expect(await gateway.ask('{ doctor(id: "d1") { id } }')).toEqual({
    status: 200,
    body: { data: { doctor: { id: 'd1' } } },
  })
})

type Random = () => number

function malformed(random: Random): { headers: Record<string, string>; body: Buffer } {
  const below = (count: number) => Math.floor(random() * count)
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item

  const strange = (depth = 3): unknown =>
    pick<() => unknown>([
      () => null,
      () => true,
      () => secret,
      () => '',
      () => -1e308 * (below(3) - 1),
      () => 2 ** 53 * random(),
      () => '\u0000\ud800\uffff',
      () => (depth > 0 ? Array.from({ length: below(4) }, () => strange(depth - 1)) : []),
      () =>
        depth > 0 ? Object.fromEntries(Array.from({ length: below(4) }, () => [pick(keys), strange(depth - 1)])) : {},
      () => nested(below(3_000), random() < 0.5),
    ])()
  const keys = [
    'query',
    'variables',
    'input',
    'lastName',
    'extensions',
    'persistedQuery',
    'version',
    'sha256Hash',
    'constructor',
    'toString',
    'kind',
  ]

  const request: Record<string, unknown> = {
    query: pick([
      `query ($id: ID!, $first: Int) { patient(id: $id) { lastName friends(first: $first) { id } } } # ${secret}`,
      'mutation ($input: RegisterPatientInput!) { registerPatient(input: $input) { id } }',
      `mutation { registerPatient(input: { lastName: "${secret}", age: "${secret}" }) { id } }`,
      '{ doctors { id lastName } __schema { types { name } } }',
      'query A { doctors { id } } query B { doctors { lastName } }',
      'subscription { statusChanged { status } }',
      `{ ${'patients { friends { '.repeat(below(40))} id ${'} }'.repeat(below(40))} }`,
      `{ ${Array.from({ length: below(200) }, (_, index) => `a${index}: doctors { id }`).join(' ')} }`,
      `fragment F on Patient { friends { ...F } } { patients { ...F } }`,
      `query ($id: ID = "${secret}") { patient(id: $id) { id @include(if: "${secret}") } }`,
    ]),
    variables: pick([
      {},
      { id: secret },
      { input: { lastName: secret, email: 1 } },
      { id: 'p1', first: 1e99 },
      strange(),
    ]),
    operationName: pick([undefined, null, 'A', secret, 7]),
    extensions: pick([undefined, {}, { persistedQuery: { version: 1, sha256Hash: strange() } }, strange()]),
  }
  for (const key of Object.keys(request)) if (random() < 0.15) request[key] = strange()

  const whole = pick([request, request, request, request, strange(), [request], [request, strange()]])
  let body = Buffer.from(JSON.stringify(whole) ?? '')
  if (random() < 0.3) body = body.subarray(0, below(body.length + 1))
  for (let flips = random() < 0.4 ? below(6) : 0; flips > 0 && body.length > 0; flips--)
    body[below(body.length)] = below(256)
  if (random() < 0.02) body = Buffer.alloc(300_000, body.length > 0 ? body : 'x')
  if (random() < 0.02) body = Buffer.from('['.repeat(100_000))

  const type = pick([
    'application/json',
    'application/json',
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'application/graphql',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'application/json; charset=nonsense',
    ';;;',
    undefined,
  ])
  const accept = pick([undefined, '*/*', 'application/json', 'application/graphql-response+json', 'image/png'])
  return {
    headers: { ...(type && { 'content-type': type }), ...(accept && { accept }), 'apollo-require-preflight': 'yes' },
    body,
  }
}

function nested(depth: number, inObjects: boolean): unknown {
  let value: unknown = secret
  for (let level = 0; level < depth; level++) value = inObjects ? { a: value } : [value]
  return value
}

/** Node's own client, which lets a test send what `fetch` would mend. */
function post(headers: Record<string, string>, body: Buffer): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      gateway.url,
      { method: 'POST', headers: { ...headers, 'content-length': body.length } },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}
