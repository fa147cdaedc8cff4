import { Refusal } from '@caregraph/refusals'
import { type Log, traceOf } from '@caregraph/telemetry'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { faultBy, faultFrom } from './errors.js'

/** For what is away or overloaded: most of it is there again soon. */
const retryAfterSeconds = 1

const statusOf: Partial<Record<Refusal['code'], number>> = {
  UNAUTHENTICATED: 401,
  RATE_LIMITED: 429,
  SERVICE_UNAVAILABLE: 503,
}

/** Answers what failed before GraphQL had its say, in GraphQL's form. Nothing of a request is repeated or logged. */
export function httpErrorHandler(log: Log) {
  return (error: FastifyError | Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (error instanceof Refusal) return answerRefusal(error, reply)
    const status = error.statusCode ?? 500
    if (status === 413) return answer(reply, 413, 'BAD_REQUEST', 'The request is too large.')
    if (status >= 400 && status < 500) {
      return answer(reply, 400, 'BAD_REQUEST', 'The request is not one that this gateway understands.')
    }
    log.error('a request failed', { requestId: request.id, ...traceOf(error) })
    return reply.code(500).send({ errors: [faultBy('INTERNAL_SERVER_ERROR', { requestId: request.id })] })
  }
}

export function answerNotFound(_: FastifyRequest, reply: FastifyReply): FastifyReply {
  return answer(reply, 404, 'NOT_FOUND', 'There is nothing at this address. GraphQL is answered at /graphql.')
}

export function answer(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).send({ errors: [{ message, extensions: { code } }] })
}

function answerRefusal(refusal: Refusal, reply: FastifyReply): FastifyReply {
  if (refusal.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer error="invalid_token"')
  if (refusal.code === 'SERVICE_UNAVAILABLE') reply.header('retry-after', retryAfterSeconds)
  const { params } = refusal as Refusal<'RATE_LIMITED'>
  if (refusal.code === 'RATE_LIMITED') reply.header('retry-after', params.retryAfterSeconds)
  return reply.code(statusOf[refusal.code] ?? 400).send({ errors: [faultFrom(refusal)] })
}
