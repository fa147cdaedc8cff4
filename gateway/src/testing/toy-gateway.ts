import { composeServices } from '@apollo/composition'
import { type Actor, InvalidToken, type VerifyToken } from '@caregraph/access'
import { memoryCache } from '@caregraph/cache'
import type { Log } from '@caregraph/telemetry'
import { parse } from 'graphql'
import { type Gateway, type GatewayOptions, startGateway } from '../server.js'
import { toyClinic } from './toy-clinic.js'
import { sdlOf, type ToyDefinition, type ToySubgraph, toySubgraph } from './toy-subgraph.js'

export function composed(definitions: readonly ToyDefinition[]): string {
  const { supergraphSdl, errors } = composeServices(
    definitions.map((each) => ({ name: each.name, typeDefs: parse(sdlOf(each)), url: `http://${each.name}.invalid` })),
  )
  if (supergraphSdl === undefined) throw new AggregateError(errors ?? [], 'the toy clinic does not compose')
  return supergraphSdl
}

export const toySupergraph = composed(toyClinic)

export interface Tokens {
  readonly verifyToken: VerifyToken
  /** Makes a token that verifies until it expires or is revoked. */
  issue(name: string, expiresAt?: number): string
  revoke(token: string): void
}

export function toyTokens(now: () => Date): Tokens {
  const actors = new Map<string, Actor>()
  return {
    async verifyToken(token) {
      const actor = actors.get(token)
      if (actor === undefined || actor.expiresAt <= now().getTime()) throw new InvalidToken('unknown')
      return actor
    },
    issue(name, expiresAt = Number.POSITIVE_INFINITY) {
      actors.set(name, { id: name, roles: ['ADMIN'], sessionId: name, expiresAt, token: name })
      return name
    },
    revoke: (token) => void actors.delete(token),
  }
}

export interface ToyGateway extends Gateway, Tokens {
  readonly subgraphs: Readonly<Record<'patient' | 'doctor' | 'appointment' | 'billing', ToySubgraph>>
  /** Every line that was logged. */
  readonly lines: string[]
  /** Asks over HTTP; answers what came back. */
  ask(query: string, options?: { variables?: unknown; token?: string }): Promise<{ status: number; body: unknown }>
}

export async function startToyGateway(options: Partial<GatewayOptions> = {}): Promise<ToyGateway> {
  const [patient, doctor, appointment, billing] = toyClinic.map(toySubgraph) as [
    ToySubgraph,
    ToySubgraph,
    ToySubgraph,
    ToySubgraph,
  ]
  const subgraphs = { patient, doctor, appointment, billing }
  const now = options.now ?? (() => new Date())
  const tokens = toyTokens(now)
  const lines: string[] = []
  const write = (message: string, details?: object) => void lines.push(JSON.stringify({ message, ...details }))
  const log: Log = { info: write, error: write }
  const gateway = await startGateway({
    port: 0,
    supergraphSdl: toySupergraph,
    subgraphs: new Map(Object.entries(subgraphs)),
    verifyToken: tokens.verifyToken,
    cache: memoryCache(now),
    now,
    log,
    production: false,
    ...options,
  })
  return {
    ...gateway,
    ...tokens,
    subgraphs,
    lines,
    async ask(query, { variables, token } = {}) {
      const response = await fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: JSON.stringify({ query, variables }),
      })
      return { status: response.status, body: await response.json() }
    },
  }
}
