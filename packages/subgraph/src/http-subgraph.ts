import { metrics } from '@caregraph/telemetry'
import type { ExecutionResult } from 'graphql'
import type { Dispatcher } from 'undici'
import { askCopies, share } from './ask-copies.js'
import { type SubgraphClient, type SubgraphRequest, SubgraphUnavailable } from './client.js'
import { copiesAt } from './copies.js'
import { sharedAbort } from './deadline.js'
import { streamOf } from './stream.js'
import type { SubgraphUrls } from './subgraph-urls.js'

/** A subgraph behind HTTP: all but its subscriptions, which only the gateway takes. */
export interface HttpSubgraph extends Omit<SubgraphClient, 'subscribe'> {
  stop(): Promise<void>
}

export interface HttpSubgraphOptions {
  /** What every request to a subgraph carries in `x-subgraph-key`; a subgraph on the loopback may do without. */
  readonly key?: string | undefined
  /** Milliseconds by a clock that never goes back. */
  readonly elapsed?: () => number
}

/** For a request that says nothing of a deadline. */
const longestMilliseconds = 10_000
const readyWithinMilliseconds = 2_000

/**
 * Asks a subgraph over HTTP/1.1 connections that stay open, the least busy of its copies. Nothing of the client's own
 * headers goes along: only his token, the request's id, the address that he came from and what he calls himself.
 */
export function httpSubgraph(
  name: string,
  urls: SubgraphUrls,
  { key, elapsed = () => performance.now() }: HttpSubgraphOptions = {},
): HttpSubgraph {
  const copies = copiesAt(urls, elapsed)
  const unread = metrics.breakers.readBy(() => [
    { labels: { subgraph: name }, value: copies.all.filter(({ breaker }) => breaker.state() !== 'closed').length },
  ])
  const withKey: Record<string, string> = key === undefined ? {} : { 'x-subgraph-key': key }
  return {
    name,
    async execute({ query, operationName, variables, signal = never, deadlineAt = laterOn(), ...caller }) {
      const body = JSON.stringify({ query, operationName, variables })
      return askCopies(name, copies, {
        isRepeatable: isQuery(query),
        signal,
        deadlineAt,
        send: ({ pool, path }, milliseconds, until) =>
          pool.request({
            path,
            method: 'POST',
            headers: headersOf(caller, key, milliseconds * share),
            body,
            signal: until,
          }),
        read: resultOf,
      })
    },
    async fetch({ url, signal }) {
      const { pathname, search } = new URL(url)
      return askCopies(name, copies, {
        isRepeatable: true,
        signal,
        deadlineAt: laterOn(),
        send: ({ pool }, _, until) =>
          pool.request({ path: pathname + search, method: 'GET', headers: withKey, signal: until }),
        read: async ({ statusCode, headers, body }) =>
          new Response(withoutBody.includes(statusCode) ? null : streamOf(body), {
            status: statusCode,
            headers: headersFrom(headers),
          }),
      })
    },
    async isReady() {
      const signal = AbortSignal.timeout(readyWithinMilliseconds)
      const answers = copies.all.map(async ({ pool }) => {
        const { statusCode, body } = await pool.request({
          path: '/health/ready',
          method: 'GET',
          headers: withKey,
          signal,
        })
        await body.dump()
        if (statusCode !== 200) throw new SubgraphUnavailable(name)
      })
      return Promise.any(answers).then(
        () => true,
        () => false,
      )
    },
    async stop() {
      unread()
      await Promise.all(copies.all.map(({ pool }) => pool.destroy()))
    },
  }
}

/** For a request that nobody takes back. */
const never = sharedAbort().signal
const laterOn = () => performance.now() + longestMilliseconds

/** A document of several operations, or one whose text speaks of a mutation, is not asked twice. */
function isQuery(document: string): boolean {
  return /^\s*(?:query\b|\{)/.test(document) && !document.includes('mutation')
}

function headersOf(
  { token, requestId, traceparent, clientAddress, userAgent }: Omit<SubgraphRequest, 'query'>,
  key: string | undefined,
  milliseconds: number,
): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-request-id': requestId,
    'x-deadline-milliseconds': String(Math.ceil(milliseconds)),
  }
  if (key !== undefined) headers['x-subgraph-key'] = key
  if (traceparent !== undefined) headers['traceparent'] = traceparent
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`
  if (clientAddress !== undefined) headers['x-client-address'] = clientAddress
  if (userAgent !== undefined) headers['x-client-user-agent'] = userAgent
  return headers
}

async function resultOf({ statusCode, body }: Dispatcher.ResponseData): Promise<ExecutionResult> {
  const result: unknown = await body.json()
  if (isResult(result)) return result
  throw new Error(`no GraphQL in an answer of status ${statusCode}`)
}

function isResult(value: unknown): value is ExecutionResult {
  if (!isObject(value)) return false
  const { data, errors } = value
  const hasErrors = Array.isArray(errors) && errors.every(isObject)
  return (hasErrors || errors === undefined) && (isObject(data) || hasErrors)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Statuses that have no body (RFC 9110): `Response` refuses one. */
const withoutBody = [204, 205, 304]

function headersFrom(headers: Dispatcher.ResponseData['headers']): Headers {
  const named = new Headers()
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) named.set(name, String(value))
  return named
}
