import { Refusal } from '@caregraph/refusals'
import { type Caller, type SubgraphClient, SubgraphUnavailable } from './client.js'
import { observeCall } from './observed.js'

/** Asks other subgraphs for entities, as the gateway would: several at once, and with the caller's own token. */
export interface Peers {
  /**
   * The selected fields of each entity, by its id; what is not there, or not for the caller, is left out.
   * Refuses with SERVICE_UNAVAILABLE when their owner does not answer, or cannot tell about one of them.
   */
  entities<Fields extends object>(wanted: Wanted, caller: Caller): Promise<ReadonlyMap<string, Fields>>
}

export interface Wanted {
  readonly subgraph: string
  readonly type: string
  readonly ids: readonly string[]
  readonly fields: string
}

export function peersOf(clientOf: (subgraph: string) => Pick<SubgraphClient, 'execute'>): Peers {
  return {
    async entities<Fields extends object>(
      { subgraph, type, ids, fields }: Wanted,
      { token, requestId, traceparent, signal, deadlineAt }: Caller,
    ): Promise<ReadonlyMap<string, Fields>> {
      const { data, errors } = await observeCall(subgraph, { traceparent, signal }, (within) =>
        clientOf(subgraph).execute({
          query: `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on ${type} ${fields} } }`,
          variables: { representations: ids.map((id) => ({ __typename: type, id })) },
          token,
          requestId,
          traceparent: within,
          signal,
          deadlineAt,
        }),
      ).catch((error: unknown) => {
        if (error instanceof SubgraphUnavailable) throw new Refusal('SERVICE_UNAVAILABLE', { subgraph })
        throw error
      })
      const entities = (data?.['_entities'] ?? []) as (Fields | null)[]
      const found = new Map<string, Fields>()
      for (const [index, id] of ids.entries()) {
        const entity = entities[index]
        if (entity) found.set(id, entity)
      }
      const fault = errors?.find(({ extensions }) => !isDenial(extensions?.['code']))
      if (fault !== undefined && found.size < ids.length) throw new Refusal('SERVICE_UNAVAILABLE', { subgraph })
      return found
    },
  }
}

/** Whom the owner does not let in gets the same answer as for what is not there. */
const isDenial = (code: unknown) => code === 'FORBIDDEN' || code === 'UNAUTHENTICATED'
