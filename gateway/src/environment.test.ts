import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { readEnvironment } from './environment.js'

const file = { SUPERGRAPH_FILE: fileURLToPath(new URL('../../schema/supergraph.graphql', import.meta.url)) }

it('has a default for everything but the supergraph', () => {
  const { supergraphSdl, subgraphUrls, ...rest } = readEnvironment(file)
  expect(supergraphSdl).toContain('join__Graph')
  expect(Object.fromEntries(subgraphUrls)).toMatchObject({
    patient: ['http://localhost:8080/graphql'],
    auth: ['http://localhost:8089/graphql'],
  })
  expect(rest).toEqual({
    port: 4004,
    host: '0.0.0.0',
    production: false,
    telemetry: { host: '127.0.0.1', metricsPort: undefined, collectorUrl: undefined, tracedShare: 1 },
    subgraphKey: undefined,
    settings: {
      anonymousPerMinute: 600,
      userPerMinute: undefined,
      trustedProxies: 0,
      deadlineMilliseconds: 10_000,
      allowedOrigins: [],
    },
  })
})

it('takes what is set', () => {
  const environment = readEnvironment({
    ...file,
    PORT: '80',
    NODE_ENV: 'production',
    USER_PER_MINUTE: '6000',
    ALLOWED_ORIGINS: 'https://a.example, https://b.example',
    SUBGRAPH_URL_PATIENT: 'http://a/graphql,http://b/graphql',
  })
  expect(environment).toMatchObject({
    port: 80,
    production: true,
    settings: { userPerMinute: 6_000, allowedOrigins: ['https://a.example', 'https://b.example'] },
  })
  expect(environment.subgraphUrls.get('patient')).toEqual(['http://a/graphql', 'http://b/graphql'])
})

it('takes an empty value for none', () => {
  const names = [
    ...['PORT', 'HOST', 'SUPERGRAPH_FILE', 'SUBGRAPH_URL_PATIENT', 'SUBGRAPH_KEY', 'CACHE_URL', 'NODE_ENV'],
    ...['ANONYMOUS_PER_MINUTE', 'USER_PER_MINUTE', 'TRUSTED_PROXIES', 'DEADLINE_MILLISECONDS', 'ALLOWED_ORIGINS'],
    ...['METRICS_PORT', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_TRACES_SAMPLER_ARG'],
  ]
  expect(readEnvironment(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(readEnvironment({}))
})

it.each(['ANONYMOUS_PER_MINUTE', 'USER_PER_MINUTE'])('refuses a limit that lets nobody in: %s=0', (name) => {
  expect(() => readEnvironment({ ...file, [name]: '0' })).toThrow(
    `${name} is "0": give a whole number from 1 to 1000000.`,
  )
})

it('names everything that is wrong at once', () => {
  expect(() => readEnvironment({ SUPERGRAPH_FILE: '/nowhere', PORT: '99999', TRUSTED_PROXIES: 'two' })).toThrow(
    [
      'SUPERGRAPH_FILE: /nowhere cannot be read. `npm run schema` writes it.',
      'PORT is "99999": give a whole number from 0 to 65535.',
      'TRUSTED_PROXIES is "two": give a whole number from 0 to 100.',
    ].join('\n'),
  )
})
