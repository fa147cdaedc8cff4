export { type HttpSubgraph, type HttpSubgraphOptions, httpSubgraph } from './http-subgraph.js'
export { readSubgraphKey } from './subgraph-key.js'
export { readSubgraphUrls, type SubgraphUrls } from './subgraph-urls.js'
