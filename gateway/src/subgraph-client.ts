import type { SubgraphClient } from '@caregraph/subgraph/caller'
import { type HttpSubgraphOptions, httpSubgraph, type SubgraphUrls } from '@caregraph/subgraph/http'
import { upstreamOf } from './subscriptions/upstream.js'

/** A subgraph in processes of its own. */
export interface RemoteSubgraph extends SubgraphClient {
  stop(): Promise<void>
}

/** A subgraph over HTTP, its subscriptions over one socket. */
export function remoteSubgraph(name: string, urls: SubgraphUrls, options: HttpSubgraphOptions = {}): RemoteSubgraph {
  const http = httpSubgraph(name, urls, options)
  const upstream = upstreamOf(name, urls, options.key)
  return {
    ...http,
    subscribe: async (request) => upstream.subscribe(request),
    async stop() {
      await Promise.all([upstream.stop(), http.stop()])
    },
  }
}
