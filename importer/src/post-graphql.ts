import { isObject, type JsonObject, objectAt, objectsAt, textAt } from './fhir.js'

/** Sends one GraphQL request and answers its `data`. */
export type Post = (document: string, variables: JsonObject, accessToken?: string) => Promise<JsonObject>

export interface Endpoint {
  url: string
  fetch: typeof fetch
  wait: (milliseconds: number) => Promise<unknown>
}

/** The clinic said no to one request. */
export class ClinicRefusal extends Error {
  override readonly name = 'ClinicRefusal'

  constructor(
    readonly code: string,
    message: string,
    /** The path inside the input that is at fault, where the clinic names one. */
    readonly field: string | undefined,
  ) {
    super(message)
  }
}

/** No request makes sense for now; the message tells the reader what to do. */
export class ClinicUnusable extends Error {
  override readonly name = 'ClinicUnusable'
}

interface Failure {
  code: string
  message: string
  field?: string | undefined
  retryAfterSeconds: number
}

const maxAttempts = 6
const longestWaitSeconds = 120
const requestTimeoutSeconds = 30

/** What an answer without a code of the catalogue means, from the gateway's door or from a proxy before it. */
const codeByStatus: Record<number, string> = {
  401: 'UNAUTHENTICATED',
  429: 'RATE_LIMITED',
  502: 'SERVICE_UNAVAILABLE',
  503: 'SERVICE_UNAVAILABLE',
  504: 'SERVICE_UNAVAILABLE',
}

/**
 * The way to a GraphQL endpoint. What it cannot take at the moment is sent again, at most six times in all and with
 * pauses of up to two minutes, so a request must be harmless when it arrives twice.
 * Throws ClinicRefusal or ClinicUnusable.
 */
export function createPost(endpoint: Endpoint): Post {
  let reached = false
  return async (document, variables, accessToken) => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await send(endpoint, { query: document, variables }, accessToken)
      if ('data' in answer) {
        reached = true
        return answer.data
      }
      // What never answered is more likely at another address than about to wake up.
      const hopeless = attempt === maxAttempts || (answer.code === 'UNREACHABLE' && !reached)
      const pauseSeconds = hopeless ? undefined : pauseAfter(answer, attempt)
      if (pauseSeconds === undefined) throw asError(answer, endpoint.url)
      await endpoint.wait(pauseSeconds * 1000)
    }
  }
}

async function send(
  endpoint: Endpoint,
  request: object,
  accessToken?: string,
): Promise<{ data: JsonObject } | Failure> {
  try {
    const response = await endpoint.fetch(endpoint.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(accessToken && { authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(requestTimeoutSeconds * 1000),
    })
    return readAnswer(await response.text(), response.status, response.headers.get('retry-after'))
  } catch (error) {
    return { code: 'UNREACHABLE', message: whyUnreachable(error), retryAfterSeconds: 1 }
  }
}

function readAnswer(text: string, status: number, retryAfter: string | null): { data: JsonObject } | Failure {
  const { data, errors } = parseObject(text)
  if (isObject(data) && errors === undefined) return { data }
  const [error = {}] = objectsAt({ errors }, 'errors')
  const extensions = objectAt(error, 'extensions')
  const { field, retryAfterSeconds = retryAfter } = objectAt(extensions, 'params')
  return {
    code: textAt(extensions, 'code') ?? codeByStatus[status] ?? 'NO_CLINIC',
    message: textAt(error, 'message') ?? `HTTP ${status}`,
    field: typeof field === 'string' ? field : undefined,
    retryAfterSeconds: Number(retryAfterSeconds) || 1,
  }
}

/** Seconds until the same request may be sent again; undefined when that would not help. */
function pauseAfter({ code, retryAfterSeconds }: Failure, attempt: number): number | undefined {
  if (code === 'RATE_LIMITED') return retryAfterSeconds <= longestWaitSeconds ? retryAfterSeconds : undefined
  return code === 'UNREACHABLE' || code === 'SERVICE_UNAVAILABLE' ? 2 ** (attempt - 2) : undefined
}

function asError({ code, message, field, retryAfterSeconds }: Failure, url: string): ClinicRefusal | ClinicUnusable {
  switch (code) {
    case 'UNREACHABLE':
      return new ClinicUnusable(
        `The clinic cannot be reached at ${url} (${message}). Start it with "npm start", or set CAREGRAPH_URL to where it runs.`,
      )
    case 'NO_CLINIC':
      return new ClinicUnusable(
        `What answers at ${url} is not a clinic's GraphQL endpoint (${message}): check CAREGRAPH_URL.`,
      )
    case 'RATE_LIMITED':
      return new ClinicUnusable(`The clinic takes no more requests for now: try again in ${retryAfterSeconds} seconds.`)
    case 'SERVICE_UNAVAILABLE':
      return new ClinicUnusable('A department of the clinic does not answer: try again when the clinic is ready.')
    default:
      return new ClinicRefusal(code, message, field)
  }
}

function parseObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

/** fetch itself says "fetch failed" and hides the reason in its cause. */
function whyUnreachable(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown fault'
  if (error.name === 'TimeoutError') return `no answer in ${requestTimeoutSeconds} s`
  const { cause = error } = error
  if (!(cause instanceof Error)) return error.message
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}
