import { expect, it } from 'vitest'
import { readEnvironment, urlOfSubgraph } from './environment.js'

const file = { SUPERGRAPH_FILE: import.meta.filename }

it('has a default for everything but the supergraph', () => {
  expect(readEnvironment(file)).toEqual({
    port: 4004,
    host: '0.0.0.0',
    supergraphFile: import.meta.filename,
    production: false,
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
  })
  expect(environment).toMatchObject({
    port: 80,
    production: true,
    settings: { userPerMinute: 6_000, allowedOrigins: ['https://a.example', 'https://b.example'] },
  })
})

it('names everything that is wrong at once', () => {
  expect(() => readEnvironment({ SUPERGRAPH_FILE: '/nowhere', PORT: '99999', TRUSTED_PROXIES: 'two' })).toThrow(
    [
      'The gateway cannot start:',
      'PORT has to be a whole number from 0 to 65535.',
      'TRUSTED_PROXIES has to be a whole number from 0 to 100.',
      'SUPERGRAPH_FILE: /nowhere cannot be read. `npm run schema` writes it.',
    ].join('\n  '),
  )
})

it('lets the environment say where a subgraph answers', () => {
  const variables = { SUBGRAPH_URL_PATIENT: 'http://patients/graphql' }
  expect(urlOfSubgraph('patient', 'http://localhost:1/graphql', variables)).toBe('http://patients/graphql')
  expect(urlOfSubgraph('doctor', 'http://localhost:2/graphql', variables)).toBe('http://localhost:2/graphql')
})
