import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { metrics } from './metrics.js'
import { type MetricsServer, serveMetrics } from './serve-metrics.js'
import { readMetrics } from './testing.js'

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly annotations: { readonly summary: string }
}

const docs = (name: string) => readFile(new URL(`../../../docs/${name}`, import.meta.url), 'utf8')
const { groups } = parse(await docs('alarms.yml')) as { groups: readonly { rules: readonly Rule[] }[] }
const rules = groups.flatMap((group) => group.rules).map((rule) => [rule.alert, rule] as const)

/** A name with its matchers, such as `up{job="caregraph"}`. */
const selector = /\b(up|(?:caregraph|nodejs|process)_\w+)(?:\{([^}]*)\})?/g
const matcher = /(\w+)(?:=~|!~|!=|=)"([^"]*)"/g

/** What Prometheus adds to whatever it reads. */
const ownLabels = new Set(['job', 'instance'])
const ours = new Map<string, Readonly<Record<string, readonly string[]>>>(
  Object.values(metrics).flatMap(({ name, kind, labels }) => {
    const names = kind === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name]
    return names.map((each) => [each, labels] as const)
  }),
)

let server: MetricsServer
beforeAll(async () => {
  server = await serveMetrics({ port: 0, host: '127.0.0.1' })
})
afterAll(() => server.stop())

describe('an alarm', () => {
  it.each(rules)('%s looks at figures that there are, by words that they say', async (_, { expr }) => {
    const ofNode = new Set((await readMetrics(server.url)).map(({ name }) => name))
    const selectors = [...expr.matchAll(selector)]
    expect(selectors.length).toBeGreaterThan(0)
    for (const [, name = '', matchers = ''] of selectors) {
      expect(name === 'up' || ours.has(name) || ofNode.has(name), name).toBe(true)
      for (const [, label = '', words = ''] of matchers.matchAll(matcher)) {
        if (ownLabels.has(label)) continue
        for (const word of words.split('|')) expect(ours.get(name)?.[label], `${name} ${label}`).toContain(word)
      }
    }
  })

  it.each(rules)('%s says of whom it speaks by a label that its figure has', (_, { expr, annotations }) => {
    const kept = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(', '))
    const named = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label)
    const has = expr.startsWith('up{') ? ['instance', 'job'] : kept
    expect(has).toEqual(expect.arrayContaining(named))
  })

  it('is in the list of what it means, and everything in the list is an alarm', async () => {
    const [, list = ''] = (await docs('operating.md')).split('## What an alarm means')
    const named = [...list.matchAll(/^\| `([A-Z]\w+)`/gm)].map(([, name]) => name)
    expect(named).toEqual(rules.map(([name]) => name))
  })
})
