export { type HttpFile, type HttpRequest, readHttpFiles } from './http-files.js'
export { readSupergraphYaml, type SubgraphEntry } from './supergraph-yaml.js'
