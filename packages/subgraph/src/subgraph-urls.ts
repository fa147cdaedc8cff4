import { isHttpUrl, type SettingsReader } from './settings.js'

/** Where the copies of a subgraph answer GraphQL: at least one. */
export type SubgraphUrls = readonly [string, ...string[]]

/**
 * SUBGRAPH_URL_PATIENT and its like, several copies after commas.
 * @param routingUrl what the supergraph says, where the setting is left out
 */
export function readSubgraphUrls({ text }: SettingsReader, name: string, routingUrl: string): SubgraphUrls {
  const setting = `SUBGRAPH_URL_${name.toUpperCase().replaceAll('-', '_')}`
  const rule = 'give an address, or several with commas between, such as http://localhost:8080/graphql'
  return urlsIn(text(setting, routingUrl, (value) => urlsIn(value).every(isHttpUrl), rule))
}

function urlsIn(value: string): SubgraphUrls {
  const [first = '', ...others] = value.split(',').map((url) => url.trim())
  return [first, ...others]
}
