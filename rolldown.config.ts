import { readdirSync } from 'node:fs'
import { defineConfig } from 'rolldown'

const subgraphs = readdirSync('subgraphs').map((name) => [name, `subgraphs/${name}/dist/main.js`])

/**
 * Puts each program of the clinic, with the libraries that it needs, into a few files: thousands of small ones are half
 * of what a start costs. These are what an image holds and what runs on a cluster.
 */
export default defineConfig({
  input: {
    gateway: 'gateway/dist/main.js',
    ...Object.fromEntries(subgraphs),
    rebuild: 'subgraphs/analytics/dist/rebuild.js',
    'dead-letters': 'standalone/dist/dead-letters.js',
  },
  platform: 'node',
  // They find their own files, which are no JavaScript, beside themselves.
  external: ['@caregraph/embedded-postgres', '@node-rs/argon2'],
  // What TypeORM, Mongoose and TypeGraphQL can make use of and we do not have.
  checks: { unresolvedImport: false },
  output: { dir: 'programs', chunkFileNames: 'parts/[name].js', cleanDir: true },
})
