import { type SubgraphClient, type SubgraphRequest, SubgraphUnavailable, streamOf } from '@caregraph/subgraph'
import type { ExecutionResult } from 'graphql'
import { type Dispatcher, Pool } from 'undici'
import { isObject } from './execution/faults.js'
import { upstreamOf } from './subscriptions/upstream.js'

/** A subgraph behind HTTP. */
export interface HttpSubgraph extends SubgraphClient {
  stop(): Promise<void>
}

const connections = 64
const connectWithinMilliseconds = 2_000

/**
 * Asks a subgraph over HTTP/1.1 connections that stay open; all its subscriptions travel over one socket. Nothing of
 * the client's own headers goes along: only his token, the request's id and the address that he came from.
 * @param url where it answers GraphQL
 */
export function httpSubgraph(name: string, url: string): HttpSubgraph {
  const { origin, pathname } = new URL(url)
  const pool = new Pool(origin, { connections, connect: { timeout: connectWithinMilliseconds } })
  const upstream = upstreamOf(name, url.replace(/^http/, 'ws'))
  return {
    name,
    async execute({ query, operationName, variables, signal, ...caller }) {
      try {
        const { statusCode, body } = await pool.request({
          path: pathname,
          method: 'POST',
          headers: headersOf(caller),
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
    subscribe: async (request) => upstream.subscribe(request),
    async fetch({ url: target, signal }) {
      const { pathname: path, search } = new URL(target)
      const { statusCode, headers, body } = await pool.request({ path: path + search, method: 'GET', signal })
      return new Response(withoutBody.includes(statusCode) ? null : streamOf(body), {
        status: statusCode,
        headers: headersFrom(headers),
      })
    },
    async isReady() {
      const { statusCode, body } = await pool.request({ path: '/health/ready', method: 'GET' })
      await body.dump()
      return statusCode === 200
    },
    async stop() {
      await Promise.all([upstream.stop(), pool.destroy()])
    },
  }
}

function headersOf({
  token,
  requestId,
  clientAddress,
  userAgent,
}: Omit<SubgraphRequest, 'query'>): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'x-request-id': requestId }
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

/** Statuses that have no body (RFC 9110): `Response` refuses one. */
const withoutBody = [204, 205, 304]

function headersFrom(headers: Dispatcher.ResponseData['headers']): Headers {
  const named = new Headers()
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) named.set(name, String(value))
  return named
}
