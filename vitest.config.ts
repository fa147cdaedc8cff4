import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    // Workspaces are tested from their sources.
    conditions: ['source'],
    // Node's import takes graphql's CommonJS file and vite's its ES one: two realms, in which no schema is a schema.
    alias: { graphql: fileURLToPath(import.meta.resolve('graphql/index.js')) },
  },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['**/src/**/*.test.ts'],
    globalSetup: ['packages/testing/src/global-setup.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
