import { accessSync, constants } from 'node:fs'
import type { Settings } from './server.js'

/** What the process's environment says, read once at the start. */
export interface Environment {
  readonly port: number
  readonly host: string
  readonly supergraphFile: string
  readonly production: boolean
  readonly settings: Partial<Settings>
}

/** Reads the settings of a gateway that runs alone. Throws one error that names everything that is wrong. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const faults: string[] = []
  const wholeNumber = (name: string, usual: number, most = Number.MAX_SAFE_INTEGER): number => {
    const value = variables[name]
    if (value === undefined || value === '') return usual
    const number = Number(value)
    if (Number.isInteger(number) && number >= 0 && number <= most) return number
    faults.push(`${name} has to be a whole number from 0 to ${most}.`)
    return usual
  }
  const environment = {
    port: wholeNumber('PORT', 4004, 65_535),
    host: variables['HOST'] ?? '0.0.0.0',
    supergraphFile: variables['SUPERGRAPH_FILE'] ?? 'schema/supergraph.graphql',
    production: variables['NODE_ENV'] === 'production',
    settings: {
      anonymousPerMinute: wholeNumber('ANONYMOUS_PER_MINUTE', 600),
      userPerMinute: variables['USER_PER_MINUTE'] ? wholeNumber('USER_PER_MINUTE', 0) : undefined,
      trustedProxies: wholeNumber('TRUSTED_PROXIES', 0, 100),
      deadlineMilliseconds: wholeNumber('SUBGRAPH_DEADLINE_MILLISECONDS', 10_000),
      allowedOrigins: (variables['ALLOWED_ORIGINS'] ?? '').split(/[ ,]+/).filter((origin) => origin !== ''),
    },
  }
  try {
    accessSync(environment.supergraphFile, constants.R_OK)
  } catch {
    faults.push(`SUPERGRAPH_FILE: ${environment.supergraphFile} cannot be read. \`npm run schema\` writes it.`)
  }
  if (faults.length > 0) throw new Error(`The gateway cannot start:\n  ${faults.join('\n  ')}`)
  return environment
}

/** Where a subgraph answers: SUBGRAPH_URL_PATIENT, or what the supergraph says. */
export function urlOfSubgraph(
  name: string,
  routingUrl: string,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  return variables[`SUBGRAPH_URL_${name.toUpperCase().replaceAll('-', '_')}`] ?? routingUrl
}
