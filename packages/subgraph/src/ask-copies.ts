import { metrics } from '@caregraph/telemetry'
import type { Dispatcher } from 'undici'
import { SubgraphUnavailable } from './client.js'
import type { Copies, Copy } from './copies.js'
import { GaveUp, within } from './deadline.js'

/** A request on its way to one copy, or to two. */
export interface Hop<Answer> {
  /** It changes nothing: asking twice is asking once. */
  readonly isRepeatable: boolean
  readonly signal: AbortSignal
  /** When nobody waits any more, by `performance.now()`. */
  readonly deadlineAt: number
  /**
   * @param milliseconds what the copy may take
   * @param signal aborts when that is over, or when nobody waits any more
   */
  send(copy: Copy, milliseconds: number, signal: AbortSignal): Promise<Dispatcher.ResponseData>
  /** Throws where the response is no answer. */
  read(response: Dispatcher.ResponseData): Promise<Answer>
}

/** Under way at one copy, or waiting for one of its connections. Whoever comes then is told at once. */
const mostRequests = 1_064
/** How long a copy that failed before may take for a try, where another one can be asked after it. */
const tryMilliseconds = 1_000
/** A copy that was given less did not fail because it was late. */
const fairMilliseconds = 1_000

/**
 * What a hop hands on of the time that is left; the rest is for the way back. So the word that the next one has no
 * answer arrives while somebody still waits for it.
 */
export const share = 0.9

/** The copy certainly did not begin: it said so, or it was never reached. */
class NotBegun extends Error {
  override readonly name = 'NotBegun'
}

/** The copy has another SUBGRAPH_KEY. The name stands in the log. */
class WrongSubgraphKey extends Error {
  override readonly name = 'WrongSubgraphKey'
}

/** The copy says that it could not answer in time. */
class TooLate extends Error {
  override readonly name = 'TooLate'
}

/**
 * Asks a copy, and once more another one where the first gave no answer: what is repeatable always, a mutation only
 * where it certainly was not begun. Rejects with SubgraphUnavailable.
 */
export async function askCopies<Answer>(name: string, copies: Copies, hop: Hop<Answer>): Promise<Answer> {
  const first = copies.choose(hop.isRepeatable)
  if (first === undefined) throw new SubgraphUnavailable(name)
  try {
    return await askCopy(first, hop, hop.isRepeatable && copies.hasOthers(first))
  } catch (error) {
    const second = secondAfter(first, error, copies, hop)
    if (second === undefined) throw new SubgraphUnavailable(name, { cause: error })
    metrics.retries.add({ subgraph: name })
    return await askCopy(second, hop, false).catch((cause: unknown) => {
      throw new SubgraphUnavailable(name, { cause })
    })
  }
}

function secondAfter(
  first: Copy,
  error: unknown,
  copies: Copies,
  { isRepeatable, signal, deadlineAt }: Hop<unknown>,
): Copy | undefined {
  if (signal.aborted || performance.now() >= deadlineAt) return undefined
  if (!isRepeatable && !wasNotBegun(error)) return undefined
  // A connection that stayed open may have been closed on the other side: the same copy takes a new one.
  const isSameWorthIt = isRepeatable && isConnectionFault(error) && first.breaker.state() === 'closed'
  return copies.choose(false, first) ?? (isSameWorthIt ? first : undefined)
}

/** Asks one copy, and tells its breaker how it went. */
async function askCopy<Answer>(copy: Copy, hop: Hop<Answer>, canAskAnother: boolean): Promise<Answer> {
  const { breaker } = copy
  const milliseconds = millisecondsFor(copy, hop, canAskAnother)
  let isGoing = false
  copy.busy += 1
  try {
    if (copy.busy > mostRequests) throw new NotBegun()
    const answer = await within(milliseconds, hop.signal, async (signal) => {
      const response = await hop.send(copy, milliseconds, signal)
      isGoing = response.headers['connection'] === 'close'
      return hop.read(await begun(response))
    })
    if (!isGoing) breaker.answered()
    return answer
  } catch (error) {
    const isLate = wasLate(error)
    if (error instanceof NotBegun || (isLate && milliseconds < fairMilliseconds) || hasGone(hop)) breaker.dropped()
    else breaker.failed(isLate)
    throw error
  } finally {
    copy.busy -= 1
    if (isGoing) breaker.goes()
  }
}

async function begun(response: Dispatcher.ResponseData): Promise<Dispatcher.ResponseData> {
  const { statusCode, headers, body } = response
  // A subgraph's own door refuses with both; a proxy's 503 alone may come after the request was passed on.
  const wasRefused = statusCode === 503 && headers['retry-after'] !== undefined
  if (!wasRefused && statusCode !== 504 && statusCode !== 401) return response
  await body.dump()
  if (statusCode === 401) throw new WrongSubgraphKey()
  throw wasRefused ? new NotBegun() : new TooLate()
}

/** A query leaves half of its time to a second copy; of a copy that failed before it expects an answer sooner. */
function millisecondsFor({ breaker }: Copy, { deadlineAt }: Hop<unknown>, canAskAnother: boolean): number {
  const left = Math.max(deadlineAt - performance.now(), 0)
  if (!canAskAnother) return left * share
  return breaker.state() === 'closed' ? left / 2 : Math.min(left / 2, tryMilliseconds)
}

function hasGone({ signal, deadlineAt }: Hop<unknown>): boolean {
  return signal.aborted && performance.now() < deadlineAt
}

function wasLate(error: unknown): boolean {
  return error instanceof GaveUp || error instanceof TooLate || codeOf(error) === 'UND_ERR_CONNECT_TIMEOUT'
}

function wasNotBegun(error: unknown): boolean {
  return error instanceof NotBegun || wasNeverConnected(error)
}

/** Without a connection no byte of a request has left. */
function wasNeverConnected(error: unknown): boolean {
  // All addresses of a name were tried.
  if (error instanceof AggregateError) return error.errors.every(wasNeverConnected)
  const { syscall } = error as { syscall?: unknown }
  return syscall === 'connect' || syscall === 'getaddrinfo' || codeOf(error) === 'UND_ERR_CONNECT_TIMEOUT'
}

const brokenConnection = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

function isConnectionFault(error: unknown): boolean {
  return brokenConnection.has(codeOf(error)) || wasNeverConnected(error)
}

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code)
