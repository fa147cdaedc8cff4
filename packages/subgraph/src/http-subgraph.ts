import type { ExecutionResult } from 'graphql'
import { type Dispatcher, Pool } from 'undici'
import { type SubgraphClient, type SubgraphRequest, SubgraphUnavailable } from './client.js'
import { streamOf } from './stream.js'
import type { SubgraphUrls } from './subgraph-urls.js'

/** A subgraph behind HTTP: all but its subscriptions, which only the gateway takes. */
export interface HttpSubgraph extends Omit<SubgraphClient, 'subscribe'> {
  stop(): Promise<void>
}

export interface HttpSubgraphOptions {
  /** What every request to a subgraph carries in `x-subgraph-key`; a subgraph on the loopback may do without. */
  readonly key?: string | undefined
}

const connections = 64
const connectWithinMilliseconds = 2_000

/**
 * Asks a subgraph over HTTP/1.1 connections that stay open, its copies in turn. Nothing of the client's own headers
 * goes along: only his token, the request's id, the address that he came from and what he calls himself.
 */
export function httpSubgraph(name: string, urls: SubgraphUrls, { key }: HttpSubgraphOptions = {}): HttpSubgraph {
  const copies = urls.map((url) => copyAt(url))
  let turn = 0
  const next = (): Copy => {
    turn = (turn + 1) % copies.length
    return copies[turn] as Copy
  }
  const withKey: Record<string, string> = key === undefined ? {} : { 'x-subgraph-key': key }
  return {
    name,
    async execute({ query, operationName, variables, signal, ...caller }) {
      try {
        const { pool, path } = next()
        const { statusCode, body } = await pool.request({
          path,
          method: 'POST',
          headers: headersOf(caller, key),
          body: JSON.stringify({ query, operationName, variables }),
          signal: signal ?? null,
        })
        const result: unknown = await body.json()
        if (isResult(result)) return result
        throw new Error(`no GraphQL in an answer of status ${statusCode}`)
      } catch (error) {
        throw new SubgraphUnavailable(name, { cause: error })
      }
    },
    async fetch({ url, signal }) {
      const { pathname, search } = new URL(url)
      const { statusCode, headers, body } = await next().pool.request({
        path: pathname + search,
        method: 'GET',
        headers: withKey,
        signal,
      })
      return new Response(withoutBody.includes(statusCode) ? null : streamOf(body), {
        status: statusCode,
        headers: headersFrom(headers),
      })
    },
    async isReady() {
      const { statusCode, body } = await next().pool.request({
        path: '/health/ready',
        method: 'GET',
        headers: withKey,
      })
      await body.dump()
      return statusCode === 200
    },
    async stop() {
      await Promise.all(copies.map(({ pool }) => pool.destroy()))
    },
  }
}

interface Copy {
  readonly pool: Pool
  /** Where it answers GraphQL. */
  readonly path: string
}

function copyAt(url: string): Copy {
  const { origin, pathname } = new URL(url)
  return { pool: new Pool(origin, { connections, connect: { timeout: connectWithinMilliseconds } }), path: pathname }
}

function headersOf(
  { token, requestId, traceparent, clientAddress, userAgent }: Omit<SubgraphRequest, 'query'>,
  key: string | undefined,
): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'x-request-id': requestId }
  if (key !== undefined) headers['x-subgraph-key'] = key
  if (traceparent !== undefined) headers['traceparent'] = traceparent
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`
  if (clientAddress !== undefined) headers['x-client-address'] = clientAddress
  if (userAgent !== undefined) headers['x-client-user-agent'] = userAgent
  return headers
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
