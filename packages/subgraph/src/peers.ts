import { Refusal } from '@caregraph/refusals'
import { type Caller, type SubgraphClient, SubgraphUnavailable } from './client.js'
import { observeCall } from './observed.js'

/** Asks other subgraphs for entities, as the gateway would: batched, and with the caller's own token. */
export interface Peers {
  /**
   * The entity's selected fields, or null where it is not there or not for the caller.
   * Refuses with SERVICE_UNAVAILABLE when its owner does not answer.
   */
  entity<Fields extends object>(
    reference: { subgraph: string; type: string; id: string; fields: string },
    caller: Caller,
  ): Promise<Fields | null>
}

export function peersOf(clientOf: (subgraph: string) => Pick<SubgraphClient, 'execute'>): Peers {
  return {
    async entity<Fields extends object>(
      { subgraph, type, id, fields }: { subgraph: string; type: string; id: string; fields: string },
      { token, requestId, traceparent, signal, deadlineAt }: Caller,
    ): Promise<Fields | null> {
      const { data, errors } = await observeCall(subgraph, { traceparent, signal }, (within) =>
        clientOf(subgraph).execute({
          query: `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on ${type} ${fields} } }`,
          variables: { representations: [{ __typename: type, id }] },
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
      const entities = data?.['_entities'] as (Fields | null)[] | undefined
      if (entities?.[0]) return entities[0]
      const fault = errors?.find(({ extensions }) => !isDenial(extensions?.['code']))
      if (fault !== undefined) throw new Refusal('SERVICE_UNAVAILABLE', { subgraph })
      return null
    },
  }
}

/** Whom the owner does not let in gets the same answer as for what is not there. */
const isDenial = (code: unknown) => code === 'FORBIDDEN' || code === 'UNAUTHENTICATED'
