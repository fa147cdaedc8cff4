import { readdirSync } from 'node:fs'
import { testDatabasesOn } from '@caregraph/database/testing'
import { describeOn } from '@caregraph/engines/testing'
import { describe } from 'vitest'

const suites = readdirSync(import.meta.dirname).flatMap((file) => /^(.+)\.int\.test\.ts$/.exec(file)?.[1] ?? [])

await describeOn('mariadb', 'on MySQL', (url) => {
  testDatabasesOn(url)
  for (const suite of suites) describe(suite, () => import(`./${suite}.int.test.ts`))
})
