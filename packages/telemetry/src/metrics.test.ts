import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { metrics } from './metrics.js'

const all = Object.values(metrics)

describe('a figure', () => {
  it('knows every subgraph of supergraph.yaml by its name, and no other', async () => {
    const list = await readFile(new URL('../../../supergraph.yaml', import.meta.url), 'utf8')
    const { subgraphs } = parse(list) as { subgraphs: object }
    expect(metrics.subgraphCalls.labels.subgraph.toSorted()).toEqual(Object.keys(subgraphs).sort())
  })

  it.each(all.map((metric) => [metric.name, metric] as const))('is named as Prometheus has it: %s', (name, metric) => {
    expect(name).toMatch(/^caregraph(_[a-z]+)+$/)
    expect(name.endsWith('_total')).toBe(metric.kind === 'counter')
    if (metric.kind === 'histogram') expect(name).toMatch(/_seconds$/)
    expect(metric.help).toMatch(/^[A-Z].*\.$/)
  })

  it('has a name of its own', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
  })

  it('has labels with few words each, and no more series than a clinic can look at', () => {
    for (const { name, labels } of all) {
      const series = Object.values(labels).reduce((product, words) => product * words.length, 1)
      expect({ name, isSmall: series <= 60 }).toEqual({ name, isSmall: true })
      for (const word of Object.values(labels).flat()) expect(word).toMatch(/^[a-zA-Z0-9_-]{2,30}$/)
    }
  })
})
