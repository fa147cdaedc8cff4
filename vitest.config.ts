import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const shared = {
  resolve: {
    // Workspaces are tested from their sources.
    conditions: ['source'],
    // Node's import takes graphql's CommonJS file and vite's its ES one: two realms, in which no schema is a schema.
    alias: { graphql: fileURLToPath(import.meta.resolve('graphql/index.js')) },
  },
  ssr: { resolve: { conditions: ['source'] } },
}
const engineSuites = '**/*.engine.test.ts'
/** Stories that are given a clinic do not know of what kind it is; the others open one in a process, and look into it. */
const storiesOfAnyClinic = readdirSync('e2e/src')
  .map((file) => `e2e/src/${file}`)
  .filter((file) => file.endsWith('.test.ts') && readFileSync(file, 'utf8').includes("inject('clinicUrl')"))
const limits = { testTimeout: 60_000, hookTimeout: 60_000, exclude: ['**/node_modules/**', '**/dist/**'] }

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          ...limits,
          name: 'rooms',
          include: [
            '{packages,subgraphs}/*/src/**/*.test.ts',
            '{gateway,standalone,importer,schema,cluster}/src/**/*.test.ts',
          ],
          exclude: [...limits.exclude, engineSuites],
          globalSetup: ['packages/testing/src/global-setup.ts'],
        },
      },
      {
        ...shared,
        test: {
          ...limits,
          name: 'engines',
          include: [engineSuites],
          globalSetup: ['packages/testing/src/global-setup.ts'],
          // They kill the servers that they share.
          fileParallelism: false,
        },
      },
      {
        ...shared,
        test: {
          ...limits,
          hookTimeout: 180_000,
          name: 'stories',
          include: ['e2e/src/**/*.test.ts'],
          exclude: [...limits.exclude, engineSuites],
          globalSetup: ['e2e/src/global-setup.ts'],
          // Each story is a whole clinic's worth of work: side by side they would only wait for each other.
          fileParallelism: false,
        },
      },
      {
        ...shared,
        test: {
          ...limits,
          hookTimeout: 180_000,
          name: 'cluster-stories',
          // Without engines there is no clinic to run them on: npm run test:engines asks for them.
          include: process.env['ENGINES'] === 'required' ? storiesOfAnyClinic : [],
          globalSetup: ['e2e/src/cluster-setup.ts'],
          fileParallelism: false,
        },
      },
    ],
  },
})
