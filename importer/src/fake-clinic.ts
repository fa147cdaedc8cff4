import { createServer, type IncomingMessage } from 'node:http'
import { isObject, type JsonObject, objectAt, objectsAt, textAt } from './fhir.js'

/** A GraphQL answer that a test puts in place of the clinic's own. */
export interface Answer {
  status?: number
  body: unknown
}

/** What a test sees of the clinic it talks to, and where it can interfere. */
export interface FakeClinic {
  url: string
  patients: JsonObject[]
  doctors: JsonObject[]
  /** Names of the operations in the order of their arrival. */
  operations: string[]
  now: number
  /** Called for each request; an answer is given instead of the clinic's own. */
  interfere: (operation: string, variables: JsonObject) => Answer | undefined
  /** Whether the connection breaks after the clinic did what it was asked for. */
  losesAnswerTo: (operation: string) => boolean
  close: () => Promise<void>
}

export const account = { email: 'admin@clinic.test', password: 'a long enough password' }
const tokenMilliseconds = 600_000

export function refusal(code: string, params?: object): Answer {
  return { body: { data: null, errors: [{ message: `The clinic says ${code}.`, extensions: { code, params } }] } }
}

/**
 * A clinic over HTTP that keeps what it is given, answers look-ups from it, and holds to the contract where an
 * importer can notice: one identifier belongs to one patient, one licence to one doctor, tokens expire, a refresh
 * token works once, an idempotency key answers the first result again.
 */
export async function startFakeClinic(): Promise<FakeClinic> {
  const byKey = new Map<unknown, string>()
  const refreshTokens = new Set<string>()
  const expiresAt = new Map<string, number>()
  let count = 0

  const openSession = () => {
    count += 1
    const session = {
      accessToken: `access-${count}`,
      accessTokenExpiresAt: new Date(clinic.now + tokenMilliseconds).toISOString(),
      refreshToken: `refresh-${count}`,
    }
    refreshTokens.add(session.refreshToken)
    expiresAt.set(session.accessToken, clinic.now + tokenMilliseconds)
    return session
  }

  const find = (people: JsonObject[], { system, value }: JsonObject) => ({
    data: {
      found: { edges: people.filter((person) => hasIdentifier(person, system, value)).map((node) => ({ node })) },
    },
  })

  const keep = (people: JsonObject[], input: JsonObject): Answer => {
    const { idempotencyKey, licenseNumber } = input
    const first = byKey.get(idempotencyKey)
    if (first !== undefined && first !== JSON.stringify(input)) return refusal('IDEMPOTENCY_KEY_REUSED')
    if (first === undefined) {
      if (licenseNumber && people.some((person) => textAt(person, 'licenseNumber') === licenseNumber)) {
        return refusal('DUPLICATE_LICENSE')
      }
      for (const { system, value } of objectsAt(input, 'identifiers')) {
        if (people.some((person) => hasIdentifier(person, system, value))) return refusal('DUPLICATE_IDENTIFIER')
      }
      if (String(input['dateOfBirth'] ?? '') > '2100') return refusal('BAD_USER_INPUT', { field: 'dateOfBirth' })
      people.push(input)
      byKey.set(idempotencyKey, JSON.stringify(input))
    }
    return { body: { data: { added: { id: String(people.length) } } } }
  }

  const answer = (operation: string, variables: JsonObject, token: string): Answer => {
    const input = objectAt(variables, 'input')
    if (operation === 'Login') {
      const isRight = input['email'] === account.email && input['password'] === account.password
      return isRight ? { body: { data: { login: openSession() } } } : refusal('INVALID_CREDENTIALS')
    }
    if (operation === 'RefreshSession') {
      const isKnown = refreshTokens.delete(textAt(variables, 'refreshToken') ?? '')
      return isKnown ? { body: { data: { refreshSession: openSession() } } } : refusal('INVALID_REFRESH_TOKEN')
    }
    if ((expiresAt.get(token) ?? 0) <= clinic.now) return { ...refusal('UNAUTHENTICATED'), status: 401 }
    if (operation === 'FindPatient') return { body: find(clinic.patients, objectAt(variables, 'identifier')) }
    if (operation === 'FindDoctor') return { body: find(clinic.doctors, objectAt(variables, 'identifier')) }
    if (operation === 'RegisterPatient') return keep(clinic.patients, input)
    if (operation === 'AddDoctor') return keep(clinic.doctors, input)
    return { status: 400, body: { errors: [{ message: 'No such operation.' }] } }
  }

  const server = createServer(async (request, response) => {
    const { query, variables } = await readRequest(request)
    const operation = /(?:query|mutation) (\w+)/.exec(query)?.[1] ?? ''
    clinic.operations.push(operation)
    const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    const { status = 200, body } = clinic.interfere(operation, variables) ?? answer(operation, variables, token)
    if (clinic.losesAnswerTo(operation)) request.socket.destroy()
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = isObject(address) ? address.port : 0

  const clinic: FakeClinic = {
    url: `http://127.0.0.1:${port}/graphql`,
    patients: [],
    doctors: [],
    operations: [],
    now: Date.now(),
    interfere: () => undefined,
    losesAnswerTo: () => false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return clinic
}

function hasIdentifier(person: JsonObject, system: unknown, value: unknown): boolean {
  return objectsAt(person, 'identifiers').some((each) => each['system'] === system && each['value'] === value)
}

async function readRequest(request: IncomingMessage): Promise<{ query: string; variables: JsonObject }> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  const body: unknown = JSON.parse(Buffer.concat(parts).toString())
  const content = isObject(body) ? body : {}
  return { query: textAt(content, 'query') ?? '', variables: objectAt(content, 'variables') }
}
